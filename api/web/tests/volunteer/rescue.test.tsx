// What the person in danger is told of their own signal.
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { now } from "../../shared/clock";
import type { OutboxItem, OutboxState } from "../../shared/outbox_store";
import { type Offer, type Rescue, dangerOf } from "../../volunteer/jobs";
import { joined } from "../../volunteer/rescue/known";
import { News, loadNews, loadWatch } from "../../volunteer/rescue/news";
import { LOADERS } from "../../volunteer/rescue/text";
import { items, rescue } from "../../volunteer/state";

const AT = "2026-11-27T14:03:00Z";
const SEEN = "2026-11-27T14:04:00Z";
const NOW = Date.parse("2026-11-27T14:05:00Z");

function told(change: Partial<NonNullable<Rescue["distress"]>> = {}, now = new Date(NOW).toISOString()): Rescue {
  return { distress: { incident_id: "i-1", received_at: AT, seen_at: null, coming: 0, first_in_s: null, there: 0, ended_at: null, ...change }, now };
}

function shown(known: Rescue | null, since: string | undefined = AT, about: readonly string[] = []): HTMLElement {
  rescue.value = known;
  const root = document.createElement("div");
  render(h(News, { since, about }), root);
  return root;
}

beforeEach(async () => {
  vi.spyOn(Date, "now").mockReturnValue(NOW);
  await loadNews();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  rescue.value = null;
});

test.each([
  [{}, "received"],
  [{ seen_at: SEEN }, "seen"],
  [{ coming: 2, first_in_s: 240 }, "coming"],
  [{ coming: 2, first_in_s: 240, there: 1 }, "there"],
  [{ coming: 2, ended_at: SEEN }, "ended"],
])("%j is told as %s", (change, stage) => {
  expect(shown(told(change)).querySelector("[data-rescue]")?.getAttribute("data-rescue")).toBe(stage);
});

test("who comes and when the first arrives is said beside whether an operator has seen it", () => {
  const text = shown(told({ seen_at: SEEN, coming: 2, first_in_s: 240 })).textContent ?? "";
  expect(text).toContain("Сізге 2 адам келе жатыр, біріншісі шамамен 4 минуттан кейін жетеді");
  expect(text).toContain("Оператор көрді");
  expect(shown(told({ coming: 1, first_in_s: null })).textContent).not.toMatch(/null|NaN/);
});

test("news of an earlier signal say nothing about a new one, and nothing is claimed before any", () => {
  expect(shown(told({ seen_at: SEEN }), new Date(NOW).toISOString()).querySelector("[data-rescue]")).toBeNull();
  expect(shown(null).textContent).toBe("");
});

test("an operator who has closed the incident again has seen it nevertheless", () => {
  const seen = told({ seen_at: SEEN });
  expect(joined(seen, told()).distress?.seen_at).toBe(SEEN);
  expect(joined(seen, told({ incident_id: "i-2" })).distress?.seen_at).toBeNull();
  expect(joined(told(), seen)).toEqual(seen);
  expect(joined(seen, { distress: null, now: AT }).distress).toBeNull();
});

function said(action: string, state: OutboxState = "received", at = AT, about = "v-1"): OutboxItem {
  return { seq: 1, key: "k", method: "POST", url: "", body: null, action, about, state, tapped_at: at, problem: null };
}

function outboxHas(...list: readonly OutboxItem[]): void {
  vi.spyOn(items, "value", "get").mockReturnValue(list);
  vi.spyOn(items, "peek").mockReturnValue(list);
}

test("a danger leaves the screen when an operator has ended its incident, on duty and at other work", () => {
  const pressed = said("distress");
  const before = { id: "o", state: "done", distress: { incident_id: "i-1", at: AT } } as Offer;
  expect(dangerOf([], [pressed], NOW, told())).not.toBeNull();

  expect(dangerOf([], [pressed], NOW, told({ ended_at: SEEN }))).toBeNull();
  expect(dangerOf([before], [], NOW, told({ ended_at: SEEN }))).toBeNull();
  expect(dangerOf([before], [said("distress", "received", AT, "o")], NOW, told({ ended_at: SEEN }))).toBeNull();
});

test("the end of an earlier danger hides no signal that is newer or still on its way", () => {
  const ended = told({ ended_at: SEEN });
  // After the end, and, of a server that has not decided of it yet, shortly before it.
  for (const at of [new Date(NOW - 10_000).toISOString(), "2026-11-27T14:03:40Z"])
    expect(dangerOf([], [said("distress", "received", at)], NOW, ended)).toMatchObject({ at });
  for (const state of ["saved", "sent"] as const) expect(dangerOf([], [said("distress", state)], NOW, ended)).toMatchObject({ state });
});

test("after an end the phone goes on asking for an hour: a newer signal may be decided of late", async () => {
  const Watch = await loadWatch();
  const asked = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  outboxHas(said("distress"));
  [rescue.value, now.value] = [told({ ended_at: SEEN }), NOW];
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const root = document.createElement("div");
  act(() => render(h(Watch, { id: "v-1" }), root));
  const first = asked.mock.calls.length;

  vi.advanceTimersByTime(10_000);
  expect(asked.mock.calls.length).toBeGreaterThan(first);

  const second = asked.mock.calls.length;
  now.value = NOW + 3_600_000;
  vi.advanceTimersByTime(30_000);
  expect(asked.mock.calls).toHaveLength(second);
  act(() => render(null, root));
});

test.each(["kk", "ru", "en"] as const)("nobody is said to come while nobody does, after 'I am safe' (%s)", async (language) => {
  const text = await LOADERS[language]();
  // Its line stands beside the one that says who comes.
  expect(text.safe.received).not.toMatch(/К вам|келе|coming/);
});

test("a signal that has ended is not said to stay open", () => {
  const safe = said("check-in", "received", "2026-11-27T14:03:30Z");
  outboxHas(safe);
  expect(shown(told(), AT, ["v-1"]).querySelector('[data-safe="received"]')).not.toBeNull();
  expect(shown(told({ ended_at: SEEN }), AT, ["v-1"]).querySelector("[data-safe]")).toBeNull();
  outboxHas({ ...safe, state: "refused" });
  expect(shown(told({ ended_at: SEEN }), AT, ["v-1"]).querySelector('[data-safe="refused"]')).not.toBeNull();
});

test("a danger that the server holds open stays in view, however old and on whatever phone", () => {
  const days = NOW + 86_400_000;
  expect(dangerOf([], [], days, told())).toMatchObject({ at: AT, state: "received", offer: null });
  expect(dangerOf([], [], days, told({ ended_at: SEEN }))).toBeNull();
  expect(dangerOf([], [], days)).toBeNull();
});
