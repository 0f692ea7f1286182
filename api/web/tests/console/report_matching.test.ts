// @vitest-environment node
import { expect, test } from "vitest";
import { languageByLetters, matching, meant, saidFor } from "../../console/report/matching";

const TYPES = [
  { type: "medical.cardiac_arrest", title: { kk: "Жүрек тоқтауы", ru: "Остановка сердца", en: "Cardiac arrest" } },
  { type: "fire.building", title: { kk: "Ғимараттағы өрт", ru: "Пожар в здании", en: "Building fire" } },
  { type: "fire.wildland", title: { kk: "Дала өрті", ru: "Степной пожар", en: "Wildland fire" } },
  { type: "flood", title: { kk: "Су тасқыны", ru: "Наводнение", en: "Flood" } },
];
const names = (typed: string): string[] => matching(typed, TYPES, saidFor).map(({ type }) => type);

test.each([
  ["тасқ", "flood"],
  ["навод", "flood"],
  ["flo", "flood"],
  ["FLOOD", "flood"],
  ["паводок", "flood"],
  ["остановка с", "medical.cardiac_arrest"],
  ["журек токт", "medical.cardiac_arrest"],
  ["wildland", "fire.wildland"],
])("%s finds %s in any language", (typed, type) => {
  expect(names(typed)[0]).toBe(type);
});

test("a part of a word within a title finds it", () => expect(names("здан")).toContain("fire.building"));
test("a title that begins with the text comes before one that contains it", () => expect(names("пожар")).toEqual(["fire.building", "fire.wildland"]));
test("an empty text leaves all types in their order", () => expect(names("  ")).toEqual(TYPES.map(({ type }) => type)));
test("nothing fits nonsense", () => expect(names("ъъъ")).toEqual([]));
test.each(["'; DROP TABLE", "(((", "\\", "🔥", "zz".repeat(20)])("a naughty text breaks nothing: %s", (text) => expect(names(text)).toEqual([]));

test("a code typed as a whole is meant", () => expect(meant("fire.building", TYPES)?.type).toBe("fire.building"));
test("the only one that fits is meant", () => expect(meant("навод", TYPES)?.type).toBe("flood"));
test("two that fit are not", () => expect(meant("fire", TYPES)).toBeNull());
test("an empty text means nothing", () => expect(meant("", TYPES)).toBeNull());

test.each([
  ["Үйден түтін шығып жатыр", "kk"],
  ["Из дома идёт дым", "ru"],
  ["Smoke from a house", "en"],
  ["дым", null],
  ["112", null],
])("the letters of «%s» point to %s", (text, found) => expect(languageByLetters(text)).toBe(found));
