import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { closeFormOfOther, end, escalate, form, givenPerson, isDecided, sent, openForm, problem, readRefusal, refusedElsewhere, reopen, undo, undoable } from "../../console/detail/orders";
import { problemWord } from "../../console/say";
import { selectedId } from "../../console/state";
import { LOADERS, t } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

beforeEach(() => {
  selectedId.value = "i-1";
  openForm(null);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a form that is opened with its incident stays open when that incident is shown", () => {
  selectedId.value = "i-2";
  openForm("assign", "v-1");
  closeFormOfOther("i-2");
  expect([form.value, givenPerson.value]).toEqual(["assign", "v-1"]);
});

test("a form about another incident closes", () => {
  openForm("close");
  selectedId.value = "i-2";
  closeFormOfOther("i-2");
  expect(form.value).toBeNull();
});

test("what was opened again by hand is not offered to be taken back", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async () => json({ id: "i-1", links: {} }, 202));
  await end("close", "resolved", "");
  expect(undoable.value?.id).toBe("i-1");
  await reopen();
  expect(undoable.value).toBeNull();
});

/** A server that takes the order and tells its outcome only after so many looks; a look may also meet a network that is away. */
function decidesAfter(looks: number, outcome: object, awayAt = -1): void {
  vi.useFakeTimers();
  let asked = 0;
  vi.stubGlobal("fetch", async (url: string) => {
    if (!url.includes("/v1/commands/")) return json({ id: "i-1", links: { outcome: "/v1/commands/c-1" } }, 202);
    asked += 1;
    if (asked === awayAt) throw new TypeError("network");
    return asked > looks ? json({ outcome: "refused", ...outcome }, 200) : json({ outcome: null }, 200);
  });
}

/** As `decidesAfter`; returns the addresses at which something was opened again, as they come. */
function reopeningsAfter(looks: number, outcome: object): readonly string[] {
  const found: string[] = [];
  decidesAfter(looks, outcome);
  const answer = fetch;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    if (url.endsWith("/reopen")) found.push(url);
    return answer(url, init);
  });
  return found;
}

test("an end is taken back once it is decided, and at its own incident", async () => {
  const reopened = reopeningsAfter(3, { outcome: "applied" });
  await end("close", "resolved", "");
  void undo();
  expect(reopened).toEqual([]);
  selectedId.value = "i-2";
  openForm("note");

  await vi.advanceTimersByTimeAsync(10_000);

  expect(reopened).toEqual(["/v1/incidents/i-1/reopen"]);
  expect(form.value).toBe("note");
});

test("an end that was refused is not taken back", async () => {
  const reopened = reopeningsAfter(1, { reason: "incident_merged" });
  await end("close", "resolved", "");
  void undo();

  await vi.advanceTimersByTimeAsync(10_000);

  expect(reopened).toEqual([]);
  expect(problem.value?.code).toBe("incident_merged");
});

test("a refusal is told also when its decision comes late and the network was away in between", async () => {
  decidesAfter(9, { reason: "already_escalated" }, 2);
  await escalate(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(problem.value).toBeNull();
  // Nothing reads as done before it is.
  expect([sent.value, isDecided.value]).toEqual(["escalate", false]);

  await vi.advanceTimersByTimeAsync(50_000);

  expect(problem.value?.code).toBe("already_escalated");
});

test("a refusal is told with its incident when another one is shown by then, until it is read", async () => {
  decidesAfter(2, { reason: "incident_cancelled" });
  await escalate(1);
  selectedId.value = "i-2";
  closeFormOfOther("i-2");

  await vi.advanceTimersByTimeAsync(10_000);

  expect(problem.value).toBeNull();
  expect(refusedElsewhere.value.map((one) => [one.id, one.problem.code])).toEqual([["i-1", "incident_cancelled"]]);
  readRefusal("i-1");
  expect(refusedElsewhere.value).toEqual([]);
});

test("an order that is not decided within a minute says that it waits", async () => {
  decidesAfter(1_000, {});
  await escalate(1);

  await vi.advanceTimersByTimeAsync(70_000);

  expect(problem.value?.code).toBe("order_waits");
});

test("codes that name a state are read as one sentence, and others of their own", async () => {
  await startTexts(LOADERS);
  const { problems } = t().words;

  expect(problemWord("incident_cancelled")).toBe(problems.incident_ended);
  expect(problemWord("offer_stood_down")).toBe(problems.offer_ended);
  expect(problemWord("unknown_offer")).toBe(problems.not_found);
  expect(problemWord("unknown_volunteer")).toBe(problems.unknown_volunteer);
  expect(problemWord("from_the_future")).toBe("from_the_future");
});
