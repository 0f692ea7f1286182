// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { alarm, announce, assertive, forgetAnnouncements, polite } from "../../shared/announcer";

beforeEach(() => {
  vi.useFakeTimers();
  forgetAnnouncements();
});
afterEach(() => vi.useRealTimers());

test("many news within five seconds are one digest, each once", () => {
  announce("first");
  vi.advanceTimersByTime(0);
  expect(polite.value).toBe("first");

  announce("second");
  announce("third");
  announce("second");
  vi.advanceTimersByTime(4_999);
  expect(polite.value).toBe("first");
  vi.advanceTimersByTime(1);

  expect(polite.value).toBe("second. third");
});

test("sentences of a digest have one full stop between them", () => {
  announce("It is saved.");
  announce("New: Flood, high");
  vi.advanceTimersByTime(0);

  expect(polite.value).toBe("It is saved. New: Flood, high");
});

test("the same alarm twice is said twice", () => {
  alarm("danger");
  const first = assertive.value;
  alarm("danger");

  expect(assertive.value).not.toBe(first);
  expect(assertive.value.replace("\u200b", "")).toBe("danger");
});
