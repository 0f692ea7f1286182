// What the person in danger is told of their own signal.
import { h, render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Rescue, dangerOf } from "../../volunteer/jobs";
import { joined } from "../../volunteer/rescue/known";
import { News, loadNews } from "../../volunteer/rescue/news";
import { rescue } from "../../volunteer/state";

const AT = "2026-11-27T14:03:00Z";
const SEEN = "2026-11-27T14:04:00Z";
const NOW = Date.parse("2026-11-27T14:05:00Z");

function told(change: Partial<NonNullable<Rescue["distress"]>> = {}, now = new Date(NOW).toISOString()): Rescue {
  return { distress: { incident_id: "i-1", received_at: AT, seen_at: null, coming: 0, first_in_s: null, there: 0, ended_at: null, ...change }, now };
}

function shown(known: Rescue | null, since: string | undefined = AT): HTMLElement {
  rescue.value = known;
  const root = document.createElement("div");
  render(h(News, { since, about: [] }), root);
  return root;
}

beforeEach(async () => {
  vi.spyOn(Date, "now").mockReturnValue(NOW);
  await loadNews();
});
afterEach(() => {
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

test("a danger that the server holds open stays in view, however old and on whatever phone", () => {
  const days = NOW + 86_400_000;
  expect(dangerOf([], [], days, told())).toMatchObject({ at: AT, state: "received", offer: null });
  expect(dangerOf([], [], days, told({ ended_at: SEEN }))).toBeNull();
  expect(dangerOf([], [], days)).toBeNull();
});
