// Which entry of a list the keys are about. By its id: when somebody else settles it, no other one slides under a key that is on its way.
import { signal } from "@preact/signals";

export class MarkedEntry {
  /** It stays while the list is away: whoever looks for the open incident comes back to the same entry. */
  readonly id = signal<string | null>(null);
  /** It was settled elsewhere: nothing is marked until a key or a click says what is. */
  readonly isLost = signal(false);
  private order: readonly string[] = [];

  mark(id: string | null): void {
    this.id.value = id;
    this.isLost.value = false;
  }

  /** The list comes into view: no key was meant for what stood in it before. */
  comeBack(): void {
    this.order = [];
    this.isLost.value = false;
  }

  /** Takes the list as it was read. `endedHere`: the entry that this desk has settled, after which the next one is marked. */
  takeOrder(ids: readonly string[], endedHere: string | null): void {
    const [before, marked] = [this.order, this.id.value];
    this.order = ids;
    if (this.isLost.value || (marked !== null && ids.includes(marked))) return;
    if (marked === null || before.length === 0) return this.mark(ids[0] ?? null);
    if (marked !== endedHere) {
      this.id.value = null;
      this.isLost.value = true;
      return;
    }
    const after = before.slice(before.indexOf(marked)).find((one) => ids.includes(one));
    this.mark(after ?? ids.at(-1) ?? null);
  }
}

export const waitingMark = new MarkedEntry();
export const discardedMark = new MarkedEntry();
