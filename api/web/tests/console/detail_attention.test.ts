// @vitest-environment node
import { expect, test } from "vitest";
import { attentionLines, isSaidOfPerson, isSaidToBeOver } from "../../console/detail/attention_lines";
import type { Incident } from "../../console/state";

const EARLY = "2026-11-27T00:00:00Z";
const LATE = "2026-11-27T00:05:00Z";
const waits = (reason: string, about: Record<string, unknown> = {}, since = EARLY) => ({ reason, since, detail: null, offer_id: null, requirement_id: null, ...about });
const about = (...attention: unknown[]): Incident =>
  ({
    attention,
    offers: [{ id: "o-1", volunteer_id: "v-1" }, { id: "o-2", volunteer_id: "v-2" }],
    requirements: [{ id: "r-1", skill: "boat" }, { id: "r-2", skill: "rescue" }],
  }) as unknown as Incident;

test("a reason stands once, with everything it is about and the time since when", () => {
  const lines = attentionLines(about(waits("unfilled", { requirement_id: "r-1" }, LATE), waits("unfilled", { requirement_id: "r-2" })));
  expect(lines).toEqual([{ reason: "unfilled", since: EARLY, people: [], skills: ["boat", "rescue"], incidents: [] }]);
});

test("a person is named instead of the skill", () => {
  const lines = attentionLines(about(waits("distress", { detail: "o-1", requirement_id: "r-1" }), waits("no_place")));
  expect(lines.map((one) => [one.people, one.skills])).toEqual([[["v-1"], []], [[], []]]);
});

test("a merge that failed and a duplicate that has ended name the other incident, and other details are none", () => {
  const lines = attentionLines(about(waits("duplicate_ended", { detail: "i-2" }), waits("merge_failed", { detail: "i-3" }), waits("ask_partner", { detail: "fire service" })));
  expect(lines.map((one) => one.incidents)).toEqual([["i-2"], ["i-3"], []]);
});

test("what stands at the top is not said again of the person or the requirement, and of others it is", () => {
  const of = about(waits("distress", { offer_id: "o-1" }), waits("ladder_ended", { requirement_id: "r-1" }));
  expect([isSaidOfPerson(of, "o-1"), isSaidOfPerson(of, "o-2")]).toEqual([true, false]);
  expect([isSaidToBeOver(of, "r-1"), isSaidToBeOver(of, "r-2")]).toEqual([true, false]);
});

test("once it is handled, the row of the person says it", () => {
  expect(isSaidOfPerson(about(), "o-1")).toBe(false);
});
