// What the server says of the person's own danger. Pure.
import type { Rescue } from "../jobs";

/** What is newly read. Once said, "an operator has seen it" stays: a desk that has closed it since has seen it nevertheless. */
export function joined(before: Rescue | null, read: Rescue): Rescue {
  const [old, found] = [before?.distress, read.distress];
  if (!old || !found || old.incident_id !== found.incident_id || old.seen_at === null) return read;
  const seen_at = found.seen_at === null || old.seen_at < found.seen_at ? old.seen_at : found.seen_at;
  return { ...read, distress: { ...found, seen_at } };
}
