import { beforeEach, expect, test } from "vitest";
import { linesOf } from "../../console/detail/timeline_text";
import type { TimelineEntry } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";

beforeEach(() => startTexts(LOADERS));

const entry = (events: readonly object[]): TimelineEntry =>
  ({ decision_id: "d", at: "2026-11-22T08:00:00Z", by: "op-1", outcome: "applied", reason: null, text: null, way: null, heard_by: null, events }) as unknown as TimelineEntry;

test("a note names its author, and keeps its words", () => {
  expect(linesOf([entry([{ kind: "note_added", text: "Fire engines come from the east" }])])).toMatchObject([{ text: "op-1: note", words: ["Fire engines come from the east"] }]);
});

test("a decision that says nothing is no line", () => {
  expect(linesOf([entry([{ kind: "offer_viewed" }])])).toEqual([]);
});

test("what the plan did names the needs it did it for, those of one decision together", () => {
  const step = (requirement_id: string, action = "operator") => ({ kind: "ladder_stepped", requirement_id, action });
  const needs = [{ id: "r1", skill: "firefighting" }, { id: "r2", skill: "first_aid" }];

  const [second, first] = linesOf([entry([step("r1"), step("r2")]), entry([step("r2"), step("gone", "escalate")])], needs);

  expect(first?.text).toBe("op-1: step of the plan, firefighting, first aid: operator alerted");
  expect(second?.text).toMatch(/^op-1: step of the plan, first aid: operator alerted; step of the plan: /);
});
