// Once in each page, and there from the start: a region that appears together with its text is not read.
import { assertive, polite } from "../announcer";

export function LiveRegions() {
  return (
    <>
      <div class="visually-hidden" role="status" aria-live="polite">{polite}</div>
      <div class="visually-hidden" role="alert" aria-live="assertive">{assertive}</div>
    </>
  );
}
