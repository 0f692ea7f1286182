// Rows stay where they are between pointer-down and click, so that nobody opens another incident than the one they aimed at.
import { signal } from "@preact/signals";

/** The order of the rows at pointer-down; null while nothing is pressed. */
export const heldOrder = signal<readonly string[] | null>(null);
/** A press that ends outside the page sends no pointerup here. */
export const LONGEST_MS = 5_000;
let timer: ReturnType<typeof setTimeout> | null = null;
/** Ends the listening of the present press. */
let press: AbortController | null = null;

export function hold(order: readonly string[]): void {
  release();
  heldOrder.value = order;
  timer = setTimeout(release, LONGEST_MS);
  press = new AbortController();
  const { signal } = press;
  // The click comes after pointerup: released in the next task, the row is still under the pointer.
  const up = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(release, 0);
  };
  window.addEventListener("pointerup", up, { signal });
  window.addEventListener("pointercancel", up, { signal });
}

export function release(): void {
  press?.abort();
  if (timer !== null) clearTimeout(timer);
  [heldOrder.value, timer, press] = [null, null, null];
}
