// @vitest-environment node
import { expect, test } from "vitest";
import { plural } from "../../shared/plural";

test("Russian has its four forms", () => {
  const forms = { one: "человек", few: "человека", many: "человек (много)", other: "человека (дробь)" };

  expect([1, 2, 5, 11, 21, 22, 1.5].map((count) => plural("ru", count, forms))).toEqual([
    "человек",
    "человека",
    "человек (много)",
    "человек (много)",
    "человек",
    "человека",
    "человека (дробь)",
  ]);
});

test("Kazakh and English have two", () => {
  expect([0, 1, 2].map((count) => plural("en", count, { one: "one", other: "more" }))).toEqual(["more", "one", "more"]);
  expect([0, 1, 2].map((count) => plural("kk", count, { one: "бір", other: "көп" }))).toEqual(["көп", "бір", "көп"]);
});
