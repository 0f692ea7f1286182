import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HINTS } from "../../shared/assistant/texts";
import type { Hint } from "../../shared/assistant/values";
import { startTexts } from "../../shared/text";
import { assistanceOf, assistedBy } from "../../volunteer/assisted";
import type { Draft } from "../../volunteer/drafts";
import { resultOf } from "../../volunteer/screens/digital";
import { WorkHints, saidOf } from "../../volunteer/screens/work_hints";
import { LOADERS } from "../../volunteer/text";

const TEXT = "🌊 Талғарда су басты, 3 адам";
const EMPTY: Draft = { outcome: "", text: "", place: "", incident: "", assisted: [], asked: [] };
const NAMES = { kk: "Талғар", ru: "Талгар", en: "Talgar" };
const value = { id: "p-1", name: NAMES, district: null, region: { kk: "Алматы облысы", ru: "Алматинская область", en: "Almaty Region" }, kind: "town", location: { type: "Point", coordinates: [77.24, 43.3] }, distance_m: null, direction: null };
const hint = (kind: Hint["kind"], of: object, spans: number[][], id: string = kind): Hint => ({ id, kind, value: of, spans, probability: 0.9, mode: "on" }) as unknown as Hint;
const PLACES = [hint("place", value, [[2, 10]], "h-1"), hint("place", { ...value, id: "p-2", location: { type: "Point", coordinates: [70, 50] } }, [[2, 10]], "h-2")];
const PEOPLE = hint("people", { count: 3, upper: null, is_about: false }, [[21, 27]]);
const MISSING = hint("missing", { facts: ["water_level", "phone"], questions: [
  { fact: "water_level", code: "water_level", kk: "Су қаншалықты биік?", ru: "Какой уровень воды?", en: "How high is the water?" },
  { fact: "phone", code: "your_phone", kk: "Нөміріңіз?", ru: "Ваш номер?", en: "Your number?" },
] }, []);
let root: HTMLElement;
let draft: Draft;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  await HINTS.load();
  root = document.createElement("div");
  document.body.append(root);
  draft = EMPTY;
});
afterEach(() => {
  render(null, root);
  root.remove();
});

async function show(kind: string, hints: readonly Hint[], more: object = {}): Promise<void> {
  const task = { kind, outcomes: kind === "geolocate" ? ["located", "not_found"] : ["done"], hints, hints_follow: false, material: { description: TEXT, language: "kk" }, ...more } as never;
  const change = (part: Partial<Draft>): void => void ((draft = { ...draft, ...part }), draw());
  const draw = (): void => render(<WorkHints task={task} incident="i-1" draft={draft} looked={signal([])} change={change} />, root);
  await act(async () => draw());
}
const click = (of: string) => act(async () => root.querySelector<HTMLElement>(of)?.click());

test("one tap fills the place, another empties it, and nothing was chosen before", async () => {
  await show("geolocate", PLACES);
  expect([...root.querySelectorAll("[aria-pressed=true]")]).toEqual([]);
  expect(root.textContent).toContain("one of 2 places of this name");
  expect(root.querySelector("[data-hint=h-1] q")?.textContent).toBe("Талғарда");
  await click("[data-hint=h-1]");
  expect(draft).toMatchObject({ outcome: "located", place: "43.300000, 77.240000", assisted: ["h-1"] });
  expect(assistedBy(PLACES, draft, saidOf)).toEqual(["h-1"]);
  await click("[data-hint=h-1]");
  expect(assistedBy(PLACES, draft, saidOf)).toEqual([]);
});

test("a place that the person writes themself was not assisted", () => {
  expect(assistedBy(PLACES, { ...EMPTY, place: "43.1, 77.1", assisted: ["h-1"] }, saidOf)).toEqual([]);
});

test("words are added to a translation by a tap and marked as used until they are gone", async () => {
  await show("translate", [PEOPLE]);
  await click("[data-action=add-hint]");
  expect(draft.text).toBe("3");
  expect(assistedBy([PEOPLE], draft, saidOf)).toEqual(["people"]);
  expect(assistedBy([PEOPLE], { ...draft, text: "many" }, saidOf)).toEqual([]);
});

test("open questions are in the language of the caller and are ticked off", async () => {
  await show("call_back", [MISSING]);
  await expect.poll(() => root.textContent).toContain("Су қаншалықты биік");
  await click("[data-question=phone]");
  expect(draft.asked).toEqual(["phone"]);
  expect(root.querySelector("fieldset label")?.getAttribute("lang")).toBe("kk");
});

test("a caller whose language the phrasebook does not speak is asked in that of the page", async () => {
  await show("call_back", [MISSING], { material: { description: TEXT, language: "uz" } });
  expect(root.textContent).toContain("How high is the water?");
  expect(root.querySelector("fieldset label")?.getAttribute("lang")).toBe("en");
});

test("who only read hints at a call has not said that they were of no use; who ticked a question off has used it", () => {
  const of = (kind: string, part: Partial<Draft> = {}) => assistanceOf({ kind, hints: [MISSING, PEOPLE] } as never, { ...EMPTY, ...part }, saidOf);
  expect(of("call_back")).toBeNull();
  expect(of("find_duplicates")).toBeNull();
  expect(of("call_back", { asked: ["phone"] })).toEqual(["missing"]);
  expect(of("translate")).toEqual([]);
  expect(assistanceOf({ kind: "translate", hints: [] } as never, EMPTY, saidOf)).toBeNull();
});

test("an offer that an older server told has no questions, and no empty list of them", async () => {
  await show("call_back", [hint("missing", { facts: ["phone"] }, [])]);
  expect(root.querySelector("fieldset")).toBeNull();
});

test("who judges a report sees that hints follow, and none", async () => {
  await show("verify_report", [], { hints_follow: true });
  expect(root.querySelector("[data-hints=follow]")).not.toBeNull();
  expect(root.querySelector("[data-hint]")).toBeNull();
});

test("no hint stands outside the mark of what software made", async () => {
  for (const kind of ["geolocate", "translate", "call_back", "find_duplicates", "monitor_media", "summarise"]) {
    await show(kind, [...PLACES, PEOPLE, MISSING]);
    const all = [...root.querySelectorAll("[data-hint]")];
    expect(all.length, kind).toBeGreaterThan(0);
    for (const one of all) expect(one.closest("[data-made-by=assistant]")?.querySelector(".made-by")?.textContent, kind).toMatch(/\S/);
    render(null, root);
  }
});

test("an answer says which of the hints that were shown it used, also that it used none", () => {
  const draft = { ...EMPTY, outcome: "confirmed" };

  expect(resultOf(draft, ["h-1"])).toMatchObject({ assisted_by: ["h-1"] });
  expect(resultOf(draft, [])).toMatchObject({ assisted_by: [] });
  expect(resultOf(draft)).not.toHaveProperty("assisted_by");
});

test("a draft of a model is added by a tap and is left out where there is none in the language of the page", async () => {
  const draftOf = (texts: object) => hint("draft", texts, [[0, 26]]);
  await show("translate", [draftOf({ en: "A flood in Talgar, 3 people", ru: "Наводнение" })]);
  await click("[data-action=add-hint]");
  expect(draft.text).toBe("A flood in Talgar, 3 people");
  expect(root.querySelector("[data-hint=draft]")?.textContent).toContain("Draft by a language model");
  render(null, root);
  await show("translate", [draftOf({ kk: "Су басты" }), PEOPLE]);
  expect([...root.querySelectorAll("[data-hint]")].map((one) => one.getAttribute("data-kind"))).toEqual(["people"]);
});
