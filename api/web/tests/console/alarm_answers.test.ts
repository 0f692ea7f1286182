import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { acknowledge, forgetOver, heard, isOnlyHere, isSilent, shelve, silence, silentHere, startAnswers, takeAnswers, wasOver, AGAIN_MS, TOLD_MS } from "../../console/alarms/answers";
import { keyOf } from "../../console/alarms/standing";

const SEVERE = { name: "severe", ref: "i-1", key: keyOf("severe", "i-1") };
const BY_OTHER = { name: "severe", ref: "i-1", acked_by: "op-2", at: "2026-11-22T08:00:00.000Z", shelved_until: null };
const once = (): number => 1;
const answers: (() => Response)[] = [];
let asked: { readonly url: string; readonly body: unknown }[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers.length = 0;
  heard.value = new Map();
  silentHere.value = new Set();
  forgetOver(() => false);
  vi.stubGlobal("fetch", (url: string, { body }: { body: string }) => {
    asked.push({ url, body: JSON.parse(body) as unknown });
    return Promise.resolve((answers.shift() ?? away)());
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  localStorage.clear();
});

const taken = (): Response => new Response(JSON.stringify({ ...BY_OTHER, acked_by: "op-1" }), { status: 202 });
const away = (): Response => new Response(JSON.stringify({ code: "unknown_outcome" }), { status: 503 });
async function settled(work: Promise<void>): Promise<void> {
  await vi.advanceTimersByTimeAsync(9_000);
  await work;
}

test("an alarm that one operator has heard is silent here too, with who and when", () => {
  takeAnswers({ answers: [BY_OTHER], is_complete: true });

  expect(isSilent(SEVERE.key, 0)).toBe(true);
  expect(heard.value.get(SEVERE.key)?.acked_by).toBe("op-2");
});

test("it sounds again when the answer ends, and after a reconnection that no longer has it", () => {
  takeAnswers({ answers: [BY_OTHER], is_complete: true });
  takeAnswers({ answers: [{ ...BY_OTHER, acked_by: null, at: null }], is_complete: false });
  expect(isSilent(SEVERE.key, 0)).toBe(false);

  takeAnswers({ answers: [BY_OTHER], is_complete: true });
  takeAnswers({ answers: [], is_complete: true });
  expect(isSilent(SEVERE.key, 0)).toBe(false);
});

test("a shelved alarm is silent until its time", () => {
  const until = Date.parse("2026-11-22T08:10:00Z");
  takeAnswers({ answers: [{ ...BY_OTHER, shelved_until: "2026-11-22T08:10:00.000Z" }], is_complete: true });

  expect([isSilent(SEVERE.key, until - 1), isSilent(SEVERE.key, until)]).toEqual([true, false]);
});

test("acknowledging silences at once, and tells the server how often it sounded", async () => {
  answers.push(taken);
  const work = acknowledge([SEVERE], () => 3);
  expect(isSilent(SEVERE.key, 0)).toBe(true);
  await settled(work);

  expect(asked).toEqual([{ url: "/v1/alarms/severe/i-1/ack", body: { sounded: 3 } }]);
  expect(heard.value.get(SEVERE.key)?.acked_by).toBe("op-1");
  expect(isOnlyHere.value).toBe(false);
});

test("an alarm that was over before the answer arrived is told calmly, and asks nothing more of anybody", async () => {
  answers.push(() => new Response(JSON.stringify({ code: "alarm_not_standing" }), { status: 409 }));
  await settled(acknowledge([SEVERE], once));

  expect([wasOver.value, isOnlyHere.value]).toEqual([true, false]);

  await vi.advanceTimersByTimeAsync(TOLD_MS);
  expect(wasOver.value).toBe(false);
});

test("what is told of a later one stays for its whole time", async () => {
  const over = () => new Response(JSON.stringify({ code: "alarm_not_standing" }), { status: 409 });
  answers.push(over, over);
  await settled(acknowledge([SEVERE], once));
  // Nine seconds after the first, and nine more until it is looked at.
  await settled(acknowledge([SEVERE], once));
  expect(wasOver.value).toBe(true);

  await vi.advanceTimersByTimeAsync(TOLD_MS);
  expect(wasOver.value).toBe(false);
});

test("while the server cannot be told it is silent here only, the page says so, and it is told later", async () => {
  const stop = startAnswers();
  await settled(acknowledge([SEVERE], once));
  expect([isSilent(SEVERE.key, 0), isOnlyHere.value]).toEqual([true, true]);

  answers.push(taken);
  await vi.advanceTimersByTimeAsync(AGAIN_MS);

  expect(isOnlyHere.value).toBe(false);
  expect(heard.value.has(SEVERE.key)).toBe(true);
  stop();
});

test("what cannot be shelved goes on sounding", async () => {
  await settled(shelve([SEVERE], once));

  expect([isSilent(SEVERE.key, 0), isOnlyHere.value]).toEqual([false, false]);
});

test("opening silences here and answers for nobody; an alarm that is over sounds when it comes again", () => {
  silence([SEVERE.key]);
  expect([isSilent(SEVERE.key, 0), asked.length]).toEqual([true, 0]);

  forgetOver(() => false);
  expect(isSilent(SEVERE.key, 0)).toBe(false);
});
