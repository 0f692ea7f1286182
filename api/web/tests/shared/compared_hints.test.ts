import { beforeEach, expect, test } from "vitest";
import { HINTS } from "../../shared/assistant/texts";
import { type Hint, hintSaid } from "../../shared/assistant/values";
import { startTexts } from "../../shared/text";
import { LOADERS } from "../../volunteer/text";

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  await HINTS.load();
});

const said = (kind: Hint["kind"], value: object): string => hintSaid({ kind, value: { other: { kind: "report" }, ...value } } as Pick<Hint, "kind" | "value">, HINTS.read(), (type) => `<${type}>`);
const NAMES = { kk: "Талғар", ru: "Талгар", en: "Talgar" };

test("a contradiction is told with both sides, in words of the page", () => {
  expect(said("contradiction", { code: "count", first: "3", second: "10-12" })).toBe("number of people: 3 · a merged report: 10–12");
  expect(said("contradiction", { code: "time", first: "now", second: "future" })).toBe("time: going on now · a merged report: expected");
  expect(said("contradiction", { code: "type", first: "flood", second: "storm" })).toBe("type: <flood> · a merged report: <storm>");
  expect(said("contradiction", { code: "denial", first: "casualties", second: "bleeding" })).toBe("denied: nobody is hurt · a merged report: bleeding");
});

test("a place is told by its name and the distance, or by the distance alone", () => {
  const value = { code: "place", first: "77.2,43.3", second: "70.0,50.0", apart_m: 61_000, first_place: NAMES, second_place: null };
  expect(said("contradiction", value)).toMatch(/^place: Talgar · a merged report: – · 61.km apart$/);
  expect(said("contradiction", { code: "place", first: "", second: "", apart_m: 61_000 })).not.toContain("77");
});

test("the same words are told with their share", () => {
  expect(said("reused", { share: 0.85 })).toMatch(/^85.?% as in a merged report$/);
});

test("the checklist is told line by line in the language of the page", () => {
  expect(said("claims", { lines: [{ code: "type", kk: "К", ru: "Р", en: "Type: flood", spans: [[0, 1]] }, { code: "people", kk: "", ru: "", en: "People: 3", spans: [] }] })).toBe("Type: flood · People: 3");
});

test("a value of a later version is no error", () => {
  expect(said("contradiction", { code: "weather", other: null })).toContain("weather");
  expect(said("claims", { lines: "?" })).toBe("");
});
