// The watermark of an exercise, over everything under it and under every pointer. The word itself stands beside it as text:
// what is drawn by style is neither read aloud nor judged by its contrast.
import { t } from "./text";

const [WHOLE, PART] = [8, 4];

/** `isWhole`: over the window; otherwise over the pane or the form that it stands in. */
export function DrillMark({ isWhole = false }: { isWhole?: boolean }) {
  const marks = Array.from({ length: isWhole ? WHOLE : PART }, (_, at) => <span key={at} data-word={t().common.exercise} />);
  return <div class={isWhole ? "exercise-mark" : "exercise-mark part"} aria-hidden="true">{marks}</div>;
}
