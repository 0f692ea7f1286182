// Digital work across incidents: what waits, who works on it, what they found. Pure.
import type { components } from "../../shared/api";

export type Task = components["schemas"]["TaskPage"]["items"][number];
export type TaskPerson = Task["people"][number];
export const STATES = ["open", "in_work", "done"] as const;
const PRIORITIES = ["critical", "high", "normal", "low"];

/** Work that nobody does first, then the most severe. */
export function arranged(tasks: readonly Task[]): Task[] {
  const rank = (task: Task): number => STATES.indexOf(task.state) * PRIORITIES.length + PRIORITIES.indexOf(task.priority);
  return [...tasks].sort((a, b) => rank(a) - rank(b));
}

/** The earliest end that somebody of the work must keep. */
export function dueOf(task: Task): string | null {
  const ends = task.people.filter((one) => one.outcome === null).map((one) => one.lease_expires_at ?? one.expires_at);
  return ends.sort()[0] ?? null;
}

/** What was found, by how many. */
export function resultsOf(task: Task): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const one of task.people) if (one.outcome !== null) found.set(one.outcome, (found.get(one.outcome) ?? 0) + 1);
  return found;
}
