// @vitest-environment node
import { expect, test } from "vitest";
import { AGE_LIMITS_S, ageLook, arranged, flagsOf, passes, unanswered } from "../../console/queue/order";
import { row } from "./rows";

const ids = (rows: readonly { id: string }[]): string[] => rows.map((one) => one.id);

test("severity comes first, then those short of people, then the longest waiting", () => {
  const rows = [
    row("low", { priority: "low" }, 9_000),
    row("staffed", { priority: "critical", accepted: 2 }, 900),
    row("new", { priority: "critical" }, 10),
    row("old", { priority: "critical" }, 60),
  ];

  expect(ids(arranged(rows, "all", null))).toEqual(["old", "new", "staffed", "low"]);
});

test("rows keep their places between pointer-down and click, and newcomers wait at the end", () => {
  const before = [row("a", {}, 20), row("b", {}, 10)];
  const after = [row("a", { accepted: 2 }, 20), row("b", {}, 10), row("c", { priority: "critical" })];

  expect(ids(arranged(after, "all", ids(before)))).toEqual(["a", "b", "c"]);
  expect(ids(arranged(after, "all", null))).toEqual(["c", "b", "a"]);
});

test("an age is plain, framed, then filled, and only while people are missing", () => {
  const [first, second] = AGE_LIMITS_S.critical;
  const short = row("a", { priority: "critical" });

  expect([first - 1, first, second].map((age) => ageLook(short, age))).toEqual(["plain", "framed", "filled"]);
  expect(ageLook(row("a", { priority: "critical", accepted: 2 }), second)).toBe("plain");
});

test("a row says at most two things to do, the most urgent first, and how many more there are", () => {
  const given = row("a", { attention: ["no_place", "ladder_ended", "unfilled", "distress"], short: { boat: 1 } });

  expect(flagsOf(given)).toEqual({ reasons: ["distress", "unfilled"], more: 1 });
  expect(flagsOf(row("b"))).toEqual({ reasons: [], more: 0 });
});

test("a row of distress does not say a second time that somebody is in danger", () => {
  expect(flagsOf(row("a", { type: "distress", attention: ["distress"] }))).toEqual({ reasons: [], more: 0 });
});

test("filters show those short of people, and those that wait for an operator", () => {
  expect(passes(row("a", { accepted: 2 }), "short")).toBe(false);
  expect(passes(row("a", { attention: ["no_place"] }), "attention")).toBe(true);
  expect(ids(unanswered([row("a", { accepted: 1 }), row("b", {}, 5), row("c", {}, 9)]))).toEqual(["c", "b"]);
});
