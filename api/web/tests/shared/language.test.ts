// @vitest-environment node
import { expect, test } from "vitest";
import { firstLanguage } from "../../shared/language";

test.each([
  ["ru", ["kk"], "ru"], // the choice of this device
  [null, ["ru-KZ", "kk"], "ru"], // the first that exists
  [null, ["de", "en-GB"], "en"],
  [null, ["de", "fr"], "kk"], // none exists
  ["xx", [], "kk"], // what is kept is not a language
])("kept %s, wanted %s: %s", (kept, wanted, expected) => {
  expect(firstLanguage(kept, wanted)).toBe(expected);
});
