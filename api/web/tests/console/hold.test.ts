import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LONGEST_MS, heldOrder, hold, release } from "../../console/queue/hold";
import { moveCursor, shown } from "../../console/queue/list";
import { cursorId, rows } from "../../console/state";
import { row, table } from "./rows";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  release();
  [rows.value, cursorId.value] = [new Map(), null];
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const order = (): string[] => shown.value.map((one) => one.id);

test("a row is still under the pointer at the click, and takes its new place in the next task", () => {
  rows.value = table(row("a", {}, 20), row("b", {}, 10));
  hold(order());
  rows.value = table(row("a", {}, 20), row("b", {}, 10), row("c", { priority: "critical" }));
  expect(order()).toEqual(["a", "b", "c"]);

  window.dispatchEvent(new Event("pointerup"));
  expect(order()).toEqual(["a", "b", "c"]);
  vi.advanceTimersByTime(0);

  expect(order()).toEqual(["c", "a", "b"]);
});

test("a press that ends elsewhere lets go of the rows by itself", () => {
  hold(["a"]);

  vi.advanceTimersByTime(LONGEST_MS);

  expect(heldOrder.value).toBe(null);
});

test("a second press at once is not released by the first", () => {
  hold(["a"]);
  window.dispatchEvent(new Event("pointerup"));
  hold(["b"]);

  vi.advanceTimersByTime(0);

  expect(heldOrder.value).toEqual(["b"]);
});

test("presses leave no listeners behind", () => {
  const added = vi.spyOn(window, "addEventListener");
  for (let press = 0; press < 100; press++) hold([]);
  release();

  const open = added.mock.calls.filter(([, , options]) => !(options as AddEventListenerOptions).signal?.aborted);

  expect(added.mock.calls.length).toBeGreaterThan(0);
  expect(open).toEqual([]);
});

test("the cursor stays with its incident when the order changes", () => {
  rows.value = table(row("a", {}, 20), row("b", {}, 10));
  moveCursor(1);
  rows.value = table(row("a", {}, 20), row("b", {}, 10), row("c", { priority: "critical" }));

  expect([cursorId.value, order()]).toEqual(["a", ["c", "a", "b"]]);
});
