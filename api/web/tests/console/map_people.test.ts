import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { engaged, followPeople, takePositions } from "../../console/map/people";

const asked: string[] = [];
const items = (id: string) => [{ volunteer_id: id }] as never;

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(Response.json({ items: items(url.split("/")[3] ?? "") }));
  });
});
afterEach(() => {
  followPeople(null);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("opening an incident reads its people, and only at intervals again", async () => {
  followPeople("i-1");
  followPeople("i-1");
  await vi.advanceTimersByTimeAsync(15_001);
  expect(asked).toHaveLength(2);
  expect(engaged.value?.items).toEqual(items("i-1"));
});

test("another incident shows nobody of the one before", async () => {
  followPeople("i-1");
  followPeople("i-2");
  await vi.advanceTimersByTimeAsync(10);
  expect(engaged.value).toEqual({ incidentId: "i-2", items: items("i-2") });
});

test("with nothing open nobody is read", async () => {
  followPeople("i-1");
  followPeople(null);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
  expect(engaged.value).toBeNull();
});

test("the stream tells of the open incident alone", () => {
  followPeople("i-1");
  takePositions({ incident_id: "i-2", items: items("v-2") });
  expect(engaged.value).toBeNull();
  takePositions({ incident_id: "i-1", items: items("v-1") });
  expect(engaged.value?.items).toEqual(items("v-1"));
});
