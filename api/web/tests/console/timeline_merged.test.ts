// @vitest-environment node
import { expect, test } from "vitest";
import { otherOf } from "../../console/detail/timeline_text";
import type { TimelineEntry } from "../../console/state";

const entry = (event: object, outcome = "applied"): TimelineEntry =>
  ({ decision_id: "d", at: "2026-11-22T08:00:00Z", by: "op-1", outcome, reason: null, text: null, way: null, heard_by: null, events: [event] }) as unknown as TimelineEntry;
const others = (...given: TimelineEntry[]) => given.map(otherOf);

test("a merge names the incident on its other side", () => {
  expect(others(entry({ kind: "report_adopted", other: "i-2" }))).toEqual(["i-2"]);
  expect(others(entry({ kind: "incident_merged", into: "i-1", by: "op-1" }))).toEqual(["i-1"]);
  expect(others(entry({ kind: "incident_reopened" }), entry({ kind: "incident_merged", into: "i-1" }, "refused"))).toEqual([null, null]);
});
