import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nameOf } from "../../console/keys";
import { chipsOf } from "../../console/report/chips";
import { DraftStore } from "../../console/report/draft";
import { Foresight } from "../../console/report/foresight";
import { FormState } from "../../console/report/form_state";
import { PlaceLookup } from "../../console/report/places";
import { ReportReading, type ReportRead } from "../../console/report/reading";

const TEXT = "🌊 Талғарда су басты, 3 адам, 8 701 555 12 34, А-3 жолы";
const NAMES = { kk: "Талғар", ru: "Талгар", en: "Talgar" };
const PLACE = { id: "p-1", name: NAMES, kind: "town", district: null, region: NAMES, location: { type: "Point", coordinates: [77.24, 43.3] }, distance_m: null, direction: null, probability: 0.9, spans: [[2, 10]] };
const READ = {
  made_by: "assistant",
  language: { value: "kk", probability: 0.99 },
  types: [{ value: "flood", probability: 0.8, spans: [[11, 19]] }, { value: "nothing.known", probability: 0.1, spans: [[11, 13]] }],
  places: [PLACE, { ...PLACE, id: "p-2", probability: 0.1, location: { type: "Point", coordinates: [70, 50] } }],
  roads: [{ code: "A-3", spans: [[46, 49]] }],
  people: [{ count: 3, upper: null, is_about: false, spans: [[21, 27]] }],
  phones: [{ text: "8 701 555 12 34", normal: "+77015551234", spans: [[29, 44]] }],
  names: [{ text: "Әйгерім", spans: [[3, 9]] }],
  times: [],
  denied: [],
  threats: [{ what: "flood", spans: [[11, 19]] }],
  missing: ["exact_place"],
  questions: [{ fact: "exact_place", code: "exact_address", kk: "Мекенжайы?", ru: "Адрес?", en: "Address?" }],
  similar: [],
} as unknown as ReportRead;
const TYPE = { type: "flood", title: { ru: "Наводнение" }, priority: "high", details: null, lines: [], requirements: [] };

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

async function form(): Promise<FormState> {
  const lookup = new PlaceLookup((text) => Promise.resolve({ kind: "none", text } as never));
  const made = new FormState(new DraftStore("op-1"), lookup, new Foresight(() => Promise.resolve(null)), new ReportReading(() => Promise.resolve(READ)));
  made.types.value = [TYPE as never];
  made.change({ description: TEXT });
  await vi.advanceTimersByTimeAsync(400);
  return made;
}

function chip(of: FormState, key: string) {
  const found = of.suggestions.chips.value.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no chip has the key ${key}`);
  return found;
}

test("each suggestion has one key, and none is chosen by itself", async () => {
  const of = await form();
  expect(of.suggestions.chips.value.map((one) => `${one.key} ${one.kind}`)).toEqual(["1 type", "4 place", "5 place", "9 phone", "u name", "0 threat", "x road", "y language"]);
  expect(of.suggestions.chips.value.some((one) => of.suggestions.isTaken(one))).toBe(false);
  expect(of.draft.value).toMatchObject({ type: null, place: null, priority: null, callerPhone: "", address: "", language: "" });
});

test("a key takes what it names, and the same key puts back what stood there", async () => {
  const of = await form();
  of.change({ callerPhone: "777", callerName: "K.", address: "2nd floor", priority: "low" });
  const before = of.draft.value;
  for (const key of ["1", "4", "9", "u", "0", "x", "y"]) of.suggestions.toggle(chip(of, key));
  expect(of.draft.value).toMatchObject({
    type: "flood",
    typeText: "flood",
    place: { lon: 77.24, lat: 43.3, name: NAMES },
    callerPhone: "+77015551234",
    callerName: "Әйгерім",
    priority: "critical",
    address: "2nd floor, А-3",
    language: "kk",
  });
  for (const key of ["1", "4", "9", "u", "0", "x", "y"]) of.suggestions.toggle(chip(of, key));
  expect({ ...of.draft.value, savedAtMs: 0 }).toEqual({ ...before, savedAtMs: 0 });
});

test("what the person changes after taking is theirs, and the original is never touched", async () => {
  const of = await form();
  of.suggestions.toggle(chip(of, "9"));
  of.change({ callerPhone: "+7 702" });
  expect(of.suggestions.isTaken(chip(of, "9"))).toBe(false);
  expect(of.draft.value.description).toBe(TEXT);
});

test("places of one name say that they are several, and types without a plan are not offered", () => {
  const chips = chipsOf(READ, TEXT, (type) => type === "flood");
  expect(chips.filter((one) => one.kind === "place").map((one) => one.namesakes)).toEqual([2, 2]);
  expect(chips.filter((one) => one.kind === "type").map((one) => one.type)).toEqual(["flood"]);
  expect(chips.filter((one) => one.isUnsure).map((one) => one.id)).toEqual(["place p-2"]);
});

test("words are marked only where they still stand", async () => {
  const of = await form();
  of.suggestions.looked.value = [[2, 10]];
  expect(of.suggestions.spansIn(`${TEXT} және`)).toEqual([[2, 10]]);
  expect(of.suggestions.spansIn(`Алматы ${TEXT}`)).toEqual([]);
});

test("a digit is its key on every layout", () => {
  const plain = { ctrlKey: false, metaKey: false };
  expect(nameOf({ ...plain, key: "і", code: "Digit3" })).toBe("3");
  expect(nameOf({ ...plain, key: "¡", code: "Digit1" })).toBe("1");
  expect(nameOf({ ...plain, key: "/", code: "Digit7", shiftKey: true })).toBe("/");
});
