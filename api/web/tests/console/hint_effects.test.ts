// @vitest-environment node
import { expect, test } from "vitest";
import { effectOfHints } from "../../console/detail/hint_effects";
import type { Decision } from "../../console/state";

const decision = (...events: object[]): Decision => ({ events }) as unknown as Decision;

test("what a hint has changed is told by its newest event", () => {
  const asked = decision({ kind: "answer_wanted", requirement_id: "r2", reason: "hint_disagrees" });
  const counted = decision({ kind: "work_settled", requirement_id: "r2", hint_id: "h-1" });

  expect(effectOfHints([asked], "r2")).toBe("disagrees");
  expect(effectOfHints([asked, counted], "r2")).toBe("counted");
  expect(effectOfHints([asked], "r1")).toBeNull();
});

test("what people settle among themselves is no effect of a hint", () => {
  const validated = decision({ kind: "answer_wanted", requirement_id: "r2", reason: "validation" });
  const settled = decision({ kind: "work_settled", requirement_id: "r2", hint_id: null });

  expect(effectOfHints([validated, settled], "r2")).toBeNull();
});
