import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { forgetOffset, noteServerDate, now, offsetMs, secondsUntil, serverNow, startClock } from "../../shared/clock";

const SERVER = "Sun, 22 Nov 2026 09:00:00 GMT";
const SERVER_MS = Date.parse(SERVER);

beforeEach(() => {
  forgetOffset();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a phone that is wrong by an hour shows the server's time", () => {
  vi.setSystemTime(SERVER_MS + 3_600_000);

  noteServerDate(SERVER, Date.now(), Date.now());

  expect(Math.abs(serverNow() - SERVER_MS)).toBeLessThanOrEqual(500);
});

test("each answer narrows the estimate", () => {
  // The true offset is -10.4 s: the server's second began 0.6 s before the first answer, and 0.1 s before the second.
  noteServerDate(SERVER, SERVER_MS + 11_000, SERVER_MS + 11_000);
  noteServerDate(SERVER, SERVER_MS + 10_500, SERVER_MS + 10_500);

  expect(offsetMs()).toBe((-10_500 - 10_000) / 2);
});

test("a clock that was set meanwhile is believed anew", () => {
  noteServerDate(SERVER, SERVER_MS, SERVER_MS);

  noteServerDate(SERVER, SERVER_MS + 60_000, SERVER_MS + 60_000);

  expect(Math.abs(offsetMs() + 60_000)).toBeLessThanOrEqual(500);
});

test("an answer without a date, or with a wrong one, tells nothing", () => {
  noteServerDate(null, 0, 0);
  noteServerDate("soon", 0, 0);

  expect(offsetMs()).toBe(0);
});

test("the clock ticks at full seconds of the server", () => {
  vi.setSystemTime(SERVER_MS + 300);
  const stop = startClock();

  vi.advanceTimersByTime(701);
  expect(now.value % 1000).toBeLessThan(5);
  expect(secondsUntil(SERVER_MS + 11_000)).toBeCloseTo(10, 1);
  stop();
  const before = now.value;
  vi.advanceTimersByTime(5000);

  expect(now.value).toBe(before);
});
