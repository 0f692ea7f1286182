import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answerConsent, askLater, given, openQuestions, readConsents } from "../../volunteer/consents/answers";
import { session } from "../../shared/session";
import { keepSession, kept } from "../../volunteer/device";
import type { Profile, Session } from "../../volunteer/device";
import { isPlaceWanted, profile } from "../../volunteer/state";
import { json } from "../support/answers";

const DAY_MS = 24 * 3_600_000;
let now: Record<string, boolean>;
let put: unknown[];

beforeEach(() => {
  localStorage.clear();
  keepSession({ id: "v-1", role: "volunteer" } as Session);
  [now, put] = [{}, []];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    if (init.method === "PUT") {
      const { notice, ...answers } = JSON.parse(String(init.body)) as { notice: unknown } & Record<string, boolean>;
      expect(notice).toMatchObject({ version: expect.any(String) });
      put.push(answers);
      now = { ...now, ...answers };
    }
    return Promise.resolve(json({ now, steps: [] }));
  });
});
afterEach(() => vi.unstubAllGlobals());

test("what nobody was asked is asked, each by itself, and nothing else is recorded", async () => {
  await readConsents("v-1");
  expect(openQuestions(Date.now())).toEqual(["positions", "contact_by_phone"]);

  await answerConsent("v-1", "positions", false);

  expect(put).toEqual([{ positions: false }]);
  expect(given.value).toEqual({ positions: false });
  expect(openQuestions(Date.now())).toEqual(["contact_by_phone"]);
});

test("later means another day, and records nothing", async () => {
  await readConsents("v-1");

  askLater("v-1");
  await readConsents("v-1");

  expect([openQuestions(Date.now()), put]).toEqual([[], []]);
  expect(openQuestions(Date.now() + DAY_MS + 1000)).toHaveLength(2);
});

test("the next person on this phone is asked for themselves", async () => {
  askLater("v-1");
  keepSession({ id: "v-2", role: "volunteer" } as Session);

  await readConsents("v-2");

  expect(openQuestions(Date.now())).toHaveLength(2);
});

test("while the answers are not known nothing is asked", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  vi.useFakeTimers();

  const reading = readConsents("v-1");
  await vi.advanceTimersByTimeAsync(10_000);
  await reading;

  expect(openQuestions(Date.now())).toEqual([]);
  vi.useRealTimers();
});

test("who has refused shares nothing on duty, and a start without a network knows it", async () => {
  session.value = { kind: "signed-in", session: { id: "v-1", role: "volunteer" } as Session };
  profile.value = { id: "v-1", on_duty: true } as Profile;
  await readConsents("v-1");
  expect([isPlaceWanted.value, kept().agreed]).toEqual([true, null]);

  await answerConsent("v-1", "positions", false);
  expect([isPlaceWanted.value, kept().agreed]).toEqual([false, false]);

  await answerConsent("v-1", "positions", true);
  expect([isPlaceWanted.value, kept().agreed]).toEqual([true, true]);
});
