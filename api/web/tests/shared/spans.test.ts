// @vitest-environment node
import { expect, test } from "vitest";
import { piecesOf, wordsOf } from "../../shared/assistant/spans";

test("spans count code points: an emoji before the words moves nothing", () => {
  const text = "🔥🔥 өрт шықты 🚒";
  expect(wordsOf(text, [[3, 6]])).toBe("өрт");
  expect(piecesOf(text, [[3, 6], [13, 14]]).filter((one) => one.isMarked).map((one) => one.text)).toEqual(["өрт", "🚒"]);
});

test("whatever the spans are, the text stays whole", () => {
  const text = "су 🌊 көшеге кірді";
  const all: number[][][] = [[], [[0, 0]], [[0, 999]], [[-5, 2]], [[4, 2]], [[0, 4], [2, 8]], [[2, 3], [3, 4]], [[], [1]] as number[][]];
  for (const spans of all) expect(piecesOf(text, spans).map((one) => one.text).join("")).toBe(text);
});

test("words that stand apart are told as such", () => {
  expect(wordsOf("one two three", [[0, 3], [8, 13]])).toBe("one … three");
  expect(wordsOf("one", [])).toBe("");
});

test("a long text that repeats itself is quoted in a few words", () => {
  const text = "су көп ".repeat(300);
  const spans = Array.from({ length: 300 }, (_, at) => [at * 7, at * 7 + 2] as const);
  expect(wordsOf(text, spans)).toBe("су");
  const many = Array.from({ length: 40 }, (_, at) => `w${String(at).padStart(2, "0")} -`).join(" ");
  expect(wordsOf(many, Array.from({ length: 40 }, (_, at) => [at * 6, at * 6 + 3] as const))).toBe("w00 … w01 … w02 … w03 … w04 … w05 …");
});
