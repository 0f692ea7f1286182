// @vitest-environment node
import { expect, test } from "vitest";
import { type Values, bodyOf, changedFields, following, geometryText, keepMine, keptEdit, takeTheirs, typed } from "../../console/detail/edit";

const SEEN: Values = { priority: "normal", type: "flood", description: "smoke", location: "", address: "" };
const fresh = { base: SEEN, mine: SEEN };

test("only what was changed is sent, and only that is compared", () => {
  const edit = typed(typed(fresh, "priority", "high"), "address", "Abai 1");

  expect(bodyOf(edit)).toEqual({ priority: "high", address: "Abai 1", expected: { priority: "normal", address: null } });
});

test("fields that nobody touches here follow the incident, and typed text is never replaced", () => {
  const edit = following(typed(fresh, "description", "smoke and fire"), { ...SEEN, priority: "critical", description: "a flood" });

  expect(edit.mine).toEqual({ ...SEEN, priority: "critical", description: "smoke and fire" });
  expect(changedFields(edit)).toEqual(["description"]);
});

test("a text that is put back is no change", () => {
  expect(changedFields(typed(typed(fresh, "description", "x"), "description", "smoke"))).toEqual([]);
});

test("after a conflict mine replaces theirs knowingly, or theirs is taken", () => {
  const edit = typed(fresh, "priority", "high");

  expect(bodyOf(keepMine(edit, "priority", "low"))).toEqual({ priority: "high", expected: { priority: "low" } });
  expect(changedFields(takeTheirs(edit, "priority", "low"))).toEqual([]);
});

test("an edit that was put aside is found again as it was, and a damaged one is none", () => {
  const edit = keepMine(typed(fresh, "priority", "high"), "priority", "low");

  expect(keptEdit(JSON.stringify(edit))).toEqual(edit);
  expect(["", "null", "[]", '{"base":{},"mine":{}}', "{"].map(keptEdit)).toEqual([null, null, null, null, null]);
});

const AT = { type: "Point", coordinates: [76.95, 43.24] };
const THERE = { type: "Point", coordinates: [77.06, 43.31] };

test("a place is sent and compared as its geometry", () => {
  const seen = { ...SEEN, location: geometryText(AT) };
  const edit = typed({ base: seen, mine: seen }, "location", geometryText(THERE));

  expect(bodyOf(edit)).toEqual({ location: THERE, expected: { location: AT } });
  expect(geometryText({ coordinates: AT.coordinates, type: "Point" })).toBe(geometryText(AT));
});

test("an edit that was put aside before places could be edited leaves the place as it is", () => {
  const { location: _, ...before } = SEEN;
  const kept = keptEdit(JSON.stringify({ base: before, mine: { ...before, priority: "high" } }));

  expect(kept === null ? null : changedFields(kept)).toEqual(["priority"]);
});
