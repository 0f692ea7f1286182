// @vitest-environment node
import { expect, test } from "vitest";
import { noteDistress, pauseMs, standing } from "../../console/alarms/standing";
import { AT_MS, row, table } from "./rows";

const said = (...given: Parameters<typeof table>): string[] => standing(table(...given), AT_MS).map((one) => one.key);

test("a person in danger is one alarm, at the incident of its own", () => {
  const parent = row("parent", { accepted: 2, attention: ["distress"] });
  const own = row("own", { type: "distress", priority: "critical", parent_id: "parent" });

  expect(said(parent, own)).toEqual(["distress|own"]);
  expect(said(parent)).toEqual(["distress|parent"]);
});

test("distress stands before an unanswered incident, and that before a new one", () => {
  const keys = said(
    row("new", { priority: "critical" }),
    row("old", { priority: "high" }, 200),
    row("late", { accepted: 2, attention: ["check_in_overdue"] }),
  );

  expect(keys).toEqual(["check_in_overdue|late", "unanswered|old", "severe|new"]);
});

test("a new cause of the same reason is another alarm", () => {
  const late = (at: string): string[] => said(row("late", { accepted: 2, attention: ["check_in_overdue"], alarms_since: { check_in_overdue: at } }));

  expect(late("2026-11-22T08:00:00.000Z")).toEqual([`check_in_overdue|late.${AT_MS}`]);
  expect(late("2026-11-22T08:00:00.001Z")).toEqual([`check_in_overdue|late.${AT_MS + 1}`]);
});

test("who accepts and leaves, and who signals again, sounds again", () => {
  const at = "2026-11-22T08:01:00.000Z";
  const own = row("own", { type: "distress", priority: "critical", alarms_since: { distress: at } });

  expect(said(row("new", { priority: "critical", alarms_since: { severe: at, unanswered: at } }))).toEqual([`severe|new.${Date.parse(at)}`]);
  expect(said(own)).toEqual([`distress|own.${Date.parse(at)}`]);
});

test("a person who signals again sounds alone: neither a colleague nor the place to which both were sent sounds with them", () => {
  const at = "2026-11-22T08:01:00.000Z";
  const parent = row("parent", { accepted: 2, attention: ["distress"], alarms_since: { distress: at } });
  const own = row("own", { type: "distress", priority: "critical", parent_id: "parent", alarms_since: { distress: at } });
  const colleague = row("colleague", { type: "distress", priority: "critical", parent_id: "parent" });

  expect(said(parent, own, colleague).sort()).toEqual(["distress|colleague", `distress|own.${Date.parse(at)}`]);
});

test("a signal waits a moment for the incident of the person, and sounds without it", () => {
  const parent = (agoMs: number): string[] =>
    said(row("parent", { accepted: 2, attention: ["distress"], alarms_since: { distress: new Date(AT_MS - agoMs).toISOString() } }));

  expect([parent(500).length, parent(3_000).length]).toEqual([0, 1]);
});

test("the end of a danger sounds nowhere, and a parent that goes on without it does", () => {
  const parent = row("parent", { accepted: 2, attention: ["distress"] });
  const own = row("own", { type: "distress", priority: "critical", parent_id: "parent" });
  const lately = noteDistress(new Map<string, number>(), table(parent, own), AT_MS);
  const later = (ms: number): number => standing(table(parent), AT_MS + ms, noteDistress(new Map(lately), table(parent), AT_MS + ms)).length;

  expect([later(1_000), later(3_000)]).toEqual([0, 1]);
});

test("nothing sounds for what needs nobody, for low urgency, or before its time", () => {
  expect(said(row("a", { priority: "critical", accepted: 2 }), row("b", { priority: "low" }, 99_999), row("c", { priority: "high" }, 10))).toEqual([]);
});

test("repetitions become rarer, down to one in two minutes", () => {
  expect([1, 2, 3, 4, 9].map(pauseMs)).toEqual([15_000, 30_000, 60_000, 120_000, 120_000]);
});
