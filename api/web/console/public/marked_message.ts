// Which entry of the list the keys are about. By its id: when somebody else settles it, no other one slides under a key that is on its way.
import { signal } from "@preact/signals";

/** It stays while the list is away: whoever looks for the open incident comes back to the same entry. */
export const markedId = signal<string | null>(null);
/** It was settled elsewhere: nothing is marked until a key or a click says what is. */
export const isLost = signal(false);
let order: readonly string[] = [];

export function mark(id: string | null): void {
  markedId.value = id;
  isLost.value = false;
}

/** The list comes into view: no key was meant for what stood in it before. */
export function comeBack(): void {
  order = [];
  isLost.value = false;
}

/** Takes the list as it was read. `endedHere`: the entry that this desk has ended, after which the next one is marked. */
export function takeOrder(ids: readonly string[], endedHere: string | null): void {
  const [before, marked] = [order, markedId.value];
  order = ids;
  if (isLost.value || (marked !== null && ids.includes(marked))) return;
  if (marked === null || before.length === 0) return mark(ids[0] ?? null);
  if (marked !== endedHere) {
    markedId.value = null;
    isLost.value = true;
    return;
  }
  const after = before.slice(before.indexOf(marked)).find((one) => ids.includes(one));
  mark(after ?? ids.at(-1) ?? null);
}
