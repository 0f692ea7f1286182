import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeAudio } from "../support/audio";
import { AT_MS, row, table } from "./rows";

/** Fresh modules: the sound of a page is opened once. */
async function page() {
  const [center, sounds, state, clock] = await Promise.all([
    import("../../console/alarms/center"),
    import("../../console/alarms/sounds"),
    import("../../console/state"),
    import("../../shared/clock"),
  ]);
  clock.now.value = AT_MS;
  return { ...center, ...sounds, ...state, now: clock.now };
}

let stop: () => void = () => undefined;
beforeEach(() => {
  vi.useFakeTimers({ now: AT_MS });
  vi.resetModules();
  [FakeAudio.refuses, FakeAudio.played, FakeAudio.last] = [false, 0, null];
  vi.stubGlobal("AudioContext", FakeAudio);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 404 })));
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("sound is armed when the browser plays, whatever was pressed", async () => {
  const { arm, isArmed } = await page();
  FakeAudio.refuses = true;
  await arm();
  expect(isArmed.value).toBe(false);

  FakeAudio.refuses = false;
  await arm();
  expect(isArmed.value).toBe(true);

  FakeAudio.last?.turn("suspended");
  expect(isArmed.value).toBe(false);
});

test("without a sound of the browser nothing is armed", async () => {
  vi.stubGlobal("AudioContext", undefined);
  const { arm, isArmed } = await page();

  await arm();

  expect(isArmed.value).toBe(false);
});

test("an alarm that stood when the page was loaded sounds, once the queue is known", async () => {
  const { arm, startAlarms, rows, isLoaded } = await page();
  await arm();
  rows.value = table(row("own", { type: "distress", priority: "critical" }, 600));
  stop = startAlarms(() => "");
  expect(FakeAudio.played).toBe(0);

  isLoaded.value = true;

  expect(FakeAudio.played).toBe(6);
});

test("what stood while the page was mute sounds at the gesture, and counts as heard from then on", async () => {
  const { arm, startAlarms, acknowledgeFirst, rows, isLoaded, now } = await page();
  const told: unknown[] = [];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    told.push(JSON.parse(String(init.body)));
    return Promise.resolve(new Response("{}", { status: 404 }));
  });
  rows.value = table(row("own", { type: "distress", priority: "critical" }, 600));
  isLoaded.value = true;
  stop = startAlarms(() => "");
  // Repetitions that nobody could hear.
  for (let second = 0; second < 300; second++) now.value += 1000;

  await arm();
  expect(FakeAudio.played).toBe(6);
  acknowledgeFirst();

  expect(told).toEqual([{ sounded: 1 }]);
});

test("one key answers a burst of one kind, and nobody in danger with it", async () => {
  const told: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    told.push(url);
    return Promise.resolve(new Response("{}", { status: 404 }));
  });
  const { arm, startAlarms, acknowledgeFirst, alarms, rows, isLoaded } = await page();
  await arm();
  const burst = ["one", "two", "three"].map((id) => row(id, { priority: "critical" }, 5));
  rows.value = table(row("another", { type: "distress", priority: "critical" }, 600), ...burst);
  isLoaded.value = true;
  stop = startAlarms(() => "");
  expect(alarms.value.length).toBe(4);

  acknowledgeFirst();
  expect(alarms.value.map(({ kind }) => kind)).toEqual(["severe", "severe", "severe"]);
  acknowledgeFirst();

  expect(alarms.value).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(new Set(told.filter((url) => url.endsWith("/ack"))).size).toBe(4);
});
