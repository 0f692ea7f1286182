// @vitest-environment node
import { expect, test } from "vitest";
import type { OutboxItem } from "../../shared/outbox_store";
import type { Offer } from "../../volunteer/jobs";
import { spanOf, weekOf } from "../../volunteer/work_done";

const NOW = Date.parse("2026-11-26T10:00:00Z");
const DAY_MS = 86_400_000;
const at = (daysAgo: number, minutes = 0): string => new Date(NOW - daysAgo * DAY_MS + minutes * 60_000).toISOString();

/** Work of an hour that was done so many days ago. */
function work(daysAgo: number, more: Partial<Offer> = {}): Offer {
  return { id: `o${daysAgo}`, state: "done", capability: "field", created_at: at(daysAgo, -70), accepted_at: at(daysAgo, -60), changed_at: at(daysAgo), ...more } as Offer;
}

test("work took from its acceptance to its end, and to the tap while the server does not know of it", () => {
  const waiting = { tapped_at: at(0, -15) } as OutboxItem;

  expect(spanOf(work(1), { waiting: null })).toEqual({ fromMs: Date.parse(at(1, -60)), untilMs: Date.parse(at(1)) });
  expect(spanOf(work(0), { waiting })).toEqual({ fromMs: Date.parse(at(0, -60)), untilMs: Date.parse(at(0, -15)) });
});

test("no time is told of work that nobody accepted, or that ended before it began by the clock of another device", () => {
  expect(spanOf(work(1, { accepted_at: null }), { waiting: null })).toBeNull();
  expect(spanOf(work(1, { accepted_at: at(1, 5) }), { waiting: null })).toBeNull();
});

test("the week counts work that was done in seven days, by its kind", () => {
  const others = [work(7.1), work(2, { state: "declined" }), work(2, { state: "en_route" }), work(2, { state: "stood_down" })];

  expect(weekOf([work(1), work(6.9), work(3, { capability: "digital", accepted_at: at(3, -30) }), ...others], NOW)).toEqual({
    field: 2,
    digital: 1,
    seconds: 2.5 * 3600,
    isWhole: true,
  });
});

test("a week without work is none", () => {
  expect(weekOf([work(8), work(1, { state: "expired" })], NOW)).toBeNull();
});

test("a week of more offers than are read is at least that", () => {
  const many = Array.from({ length: 50 }, () => work(1));

  expect(weekOf(many, NOW)?.isWhole).toBe(false);
  expect(weekOf([...many.slice(1), work(8)], NOW)?.isWhole).toBe(true);
});
