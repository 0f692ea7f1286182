// @vitest-environment node
import { expect, test } from "vitest";
import { type Task, type TaskPerson, arranged, dueOf, resultsOf } from "../../console/tasks/task_list";

const task = (id: string, more: Partial<Task>): Task => ({ requirement_id: id, state: "open", priority: "normal", people: [], ...more }) as Task;
const person = (more: Partial<TaskPerson>): TaskPerson => ({ outcome: null, expires_at: "2026-11-22T08:09:00Z", lease_expires_at: null, ...more }) as TaskPerson;

test("work that nobody does stands first, then the most severe", () => {
  const given = [task("done", { state: "done", priority: "critical" }), task("low", { priority: "low" }), task("high", { priority: "high" }), task("work", { state: "in_work" })];

  expect(arranged(given).map((one) => one.requirement_id)).toEqual(["high", "low", "work", "done"]);
});

test("due is the earliest end of those without an answer", () => {
  const people = [person({}), person({ lease_expires_at: "2026-11-22T08:05:00Z" }), person({ outcome: "false", expires_at: "2026-11-22T08:00:00Z" })];

  expect(dueOf(task("a", { people }))).toBe("2026-11-22T08:05:00Z");
  expect(dueOf(task("b", {}))).toBeNull();
});

test("results are counted by what was found", () => {
  const people = ["false", "false", "confirmed"].map((outcome) => person({ outcome }));

  expect([...resultsOf(task("a", { people }))]).toEqual([["false", 2], ["confirmed", 1]]);
});
