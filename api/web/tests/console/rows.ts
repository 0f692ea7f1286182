// Rows of the queue for tests.
import type { Row } from "../../console/state";

export const AT_MS = Date.parse("2026-11-22T08:00:00Z");

/** An open incident short of people; `agoS`: seconds since it was reported. */
export function row(id: string, more: Partial<Row> = {}, agoS = 0): Row {
  return {
    id,
    version: 1,
    edit_version: 0,
    type: "flood",
    priority: "normal",
    status: "dispatching",
    place: null,
    reported_at: new Date(AT_MS - agoS * 1000).toISOString(),
    needed: 2,
    asked: 0,
    accepted: 0,
    on_scene: 0,
    alarm_level: 0,
    ...more,
  } as Row;
}

export function table(...given: Row[]): ReadonlyMap<string, Row> {
  return new Map(given.map((one) => [one.id, one]));
}
