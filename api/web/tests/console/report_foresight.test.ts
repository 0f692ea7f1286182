import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Draft, emptyDraft } from "../../console/report/draft";
import { freeOf } from "../../console/report/foreseen_needs";
import { Foresight, previewable } from "../../console/report/foresight";
import type { Report } from "../../console/report/sending";

const PLACE = { lon: 76.95, lat: 43.24, name: null, district: null, region: null };
const FULL: Draft = { ...emptyDraft(), type: "flood", place: PLACE };
const PREVIEW = { similar: [], place: null, needs: [] };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function looking(answer: () => Promise<typeof PREVIEW | null> = () => Promise.resolve(PREVIEW)) {
  const asked: { report: Report; signal: AbortSignal }[] = [];
  const foresight = new Foresight((report, signal) => {
    asked.push({ report, signal });
    return answer();
  });
  return { foresight, asked };
}

test("nothing is asked before type and place are there", async () => {
  const { foresight, asked } = looking();
  foresight.look({ ...FULL, place: null });
  foresight.look({ ...FULL, type: null });
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toHaveLength(0);
  expect(foresight.state.value).toEqual({ kind: "none" });
});

test("of what is typed quickly only the last state is asked", async () => {
  const { foresight, asked } = looking();
  for (const description of ["с", "су", "су басты"]) foresight.look({ ...FULL, description });
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked.map((one) => one.report.description)).toEqual(["су басты"]);
  expect(foresight.state.value).toMatchObject({ kind: "known", preview: PREVIEW });
});

test("a newer question cancels the older, whose answer is dropped", async () => {
  const answers: ((found: typeof PREVIEW | null) => void)[] = [];
  const { foresight, asked } = looking(() => new Promise((resolve) => answers.push(resolve)));
  foresight.look(FULL);
  await vi.advanceTimersByTimeAsync(300);
  foresight.look({ ...FULL, priority: "low" });
  expect(asked[0]?.signal.aborted).toBe(true);
  answers[0]?.(PREVIEW);
  await vi.advanceTimersByTimeAsync(300);
  expect(foresight.state.value).toEqual({ kind: "looking" });
  answers[1]?.(PREVIEW);
  await vi.advanceTimersByTimeAsync(0);
  expect(foresight.state.value.kind).toBe("known");
});

test("figures of another place are taken away at once, of other words only by the next answer", async () => {
  const { foresight } = looking();
  foresight.look(FULL);
  await vi.advanceTimersByTimeAsync(300);
  foresight.look({ ...FULL, description: "су" });
  expect(foresight.state.value.kind).toBe("known");
  foresight.look({ ...FULL, place: { ...PLACE, lat: 51 } });
  expect(foresight.state.value.kind).toBe("looking");
});

test("without an answer it says so, and the caller is never sent ahead", async () => {
  const { foresight, asked } = looking(() => Promise.resolve(null));
  const caller = { callerName: "Айгүл", callerPhone: "+7 701", address: "Абай 1" };
  foresight.look({ ...FULL, ...caller });
  await vi.advanceTimersByTimeAsync(300);
  expect(foresight.state.value).toEqual({ kind: "unknown" });
  expect(asked[0]?.report).toEqual(previewable(FULL));
  foresight.look({ ...FULL, ...caller, callerPhone: "+7 702" });
  await vi.advanceTimersByTimeAsync(300);
  expect(asked).toHaveLength(1);
});

test("after a failure it asks again, until somebody answers", async () => {
  const answers = [null, null, PREVIEW];
  const { foresight, asked } = looking(() => Promise.resolve(answers.shift() ?? null));
  foresight.look(FULL);
  await vi.advanceTimersByTimeAsync(11_000);
  expect(asked).toHaveLength(3);
  expect(foresight.state.value.kind).toBe("known");
});

test.each([
  [{ free_near: 0, free_near_at_least: 0, is_capped: false }, "0"],
  [{ free_near: 10, free_near_at_least: 4, is_capped: false }, "4–10"],
  [{ free_near: 100, free_near_at_least: 31, is_capped: true }, "31+"],
  [{ free_near: null, free_near_at_least: null, is_capped: null }, "—"],
])("bounds of the free read as such: %o", (found, said) => {
  expect(freeOf(found)).toBe(said);
});

test("while the form stands still the figures are renewed, and while nobody sees the page nothing is asked", async () => {
  const { foresight, asked } = looking();
  foresight.look(FULL);
  await vi.advanceTimersByTimeAsync(300 + 2 * 20_000);
  expect(asked).toHaveLength(3);

  const hidden = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  await vi.advanceTimersByTimeAsync(300_000);
  expect(asked).toHaveLength(3);
  hidden.mockReturnValue("visible");
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(4);

  foresight.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(4);
  hidden.mockRestore();
});

test("figures that cannot be renewed stay, with the time of the last answer", async () => {
  const answers: (typeof PREVIEW | null)[] = [PREVIEW, null, null];
  const { foresight } = looking(() => Promise.resolve(answers.shift() ?? null));
  foresight.look(FULL);
  await vi.advanceTimersByTimeAsync(300);
  const first = foresight.state.value;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(foresight.state.value).toBe(first);
  foresight.close();
});
