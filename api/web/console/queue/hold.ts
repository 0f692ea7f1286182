// Rows stay where they are between pointer-down and click, so that nobody opens another incident than the one they aimed at.
import { signal } from "@preact/signals";

/** The order of the rows at pointer-down; null while nothing is pressed. */
export const heldOrder = signal<readonly string[] | null>(null);
/** A press that ends outside the page sends no pointerup here. */
const LONGEST_MS = 5_000;
let timer: ReturnType<typeof setTimeout> | null = null;

export function hold(order: readonly string[]): void {
  heldOrder.value = order;
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(release, LONGEST_MS);
  // The click comes after pointerup: released in the next task, the row is still under the pointer.
  const up = (): void => void setTimeout(release, 0);
  window.addEventListener("pointerup", up, { once: true });
  window.addEventListener("pointercancel", up, { once: true });
}

export function release(): void {
  heldOrder.value = null;
  if (timer !== null) clearTimeout(timer);
  timer = null;
}
