// Which rows are shown in which order, and how the cursor moves on them.
import { computed, signal } from "@preact/signals";
import { cursorId, rows, selectedId } from "../state";
import { heldOrder } from "./hold";
import { type Filter, arranged, hasAttention, isShort, unanswered } from "./order";

export const filter = signal<Filter>("all");
export const shown = computed(() => arranged(rows.value.values(), filter.value, heldOrder.value));
export const counts = computed(() => {
  const all = [...rows.value.values()];
  return { all: all.length, short: all.filter(isShort).length, attention: all.filter(hasAttention).length, ready: all.filter((row) => row.ready_to_close).length };
});
export const waitingLongest = computed(() => unanswered(rows.value.values()));

/** Moves the cursor by `step` rows; without a cursor to the first row. */
export function moveCursor(step: number): void {
  const order = shown.value;
  const at = order.findIndex((row) => row.id === (cursorId.value ?? selectedId.value));
  const next = at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + step));
  cursorId.value = order[next]?.id ?? null;
}
