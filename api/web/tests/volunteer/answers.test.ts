import { afterEach, expect, test, vi } from "vitest";
import { checkIn, distress, safeAgain } from "../../volunteer/answers";
import type { Offer } from "../../volunteer/jobs";
import * as state from "../../volunteer/state";

const OFFER = { id: "o-1", capability: "field", changed_at: "2026-11-22T08:00:00Z" } as Offer;
const keys: string[] = [];
let body: unknown;
vi.spyOn(state, "say").mockImplementation((answer) => {
  body = answer.body;
  keys.push(String(answer.key));
  return Promise.resolve();
});
afterEach(() => {
  vi.useRealTimers();
  keys.length = 0;
});

async function pressedAfter(gapsMs: number[], press: () => Promise<void>): Promise<number> {
  vi.useFakeTimers({ now: Date.parse("2026-11-22T08:00:10Z") });
  for (const gap of [0, ...gapsMs]) {
    vi.advanceTimersByTime(gap);
    await press();
  }
  return new Set(keys).size;
}

test.each([
  ["of an offer", () => distress("v-1", OFFER, null)],
  ["without an offer", () => distress("v-1", null, { lon: 76.9, lat: 43.2 })],
])("a danger signal %s is sent anew from five seconds on, and a double tap is one", async (_, press) => {
  expect(await pressedAfter([300], press)).toBe(1);
  keys.length = 0;
  expect(await pressedAfter([5_000, 5_000], press)).toBe(3);
});

test("two check-ins of the same minute are one", async () => {
  expect(await pressedAfter([20_000], () => checkIn(OFFER))).toBe(1);
});

test("a danger signal says where, and nothing that the server does not take", async () => {
  const fix = { lon: 76.9, lat: 43.2, accuracy_m: 20, atMs: 1 };
  await distress("v-1", null, fix);
  expect(body).toEqual({ lon: 76.9, lat: 43.2, at: expect.any(String) });
});

test.each([
  ["without an offer", null, ["/v1/volunteers/v-1/distress/safe"]],
  ["by an offer", { ...OFFER, state: "accepted", check_in: null }, ["/v1/volunteers/v-1/distress/safe"]],
  ["where they are asked as well", { ...OFFER, state: "on_scene", check_in: { state: "asked", due_at: null } }, ["/v1/offers/o-1/check-in", "/v1/volunteers/v-1/distress/safe"]],
  ["after the offer", { ...OFFER, state: "stood_down", check_in: { state: "asked", due_at: null } }, ["/v1/volunteers/v-1/distress/safe"]],
] as const)("who is safe again after a signal %s says so at their danger", async (_, offer, urls) => {
  const said = vi.mocked(state.say).mock.calls.length;

  await safeAgain("v-1", offer as Offer | null);

  expect(vi.mocked(state.say).mock.calls.slice(said).map(([{ url }]) => url)).toEqual(urls);
});

test("a link answers for its offer alone", async () => {
  state.link.value = "token";
  const said = vi.mocked(state.say).mock.calls.length;

  await safeAgain("v-1", { ...OFFER, state: "accepted", check_in: null } as Offer);

  expect(vi.mocked(state.say).mock.calls.slice(said).map(([{ url }]) => url)).toEqual(["/v1/offers/o-1/check-in"]);
  state.link.value = null;
});
