// Which alarms stand: three kinds, each with something that an operator must do. Pure.
import { type Row } from "../state";
import { AGE_LIMITS_S, isShort } from "../queue/order";

/** The most urgent first. Each has a rhythm of its own. */
export const KINDS = ["distress", "unanswered", "severe"] as const;
export type AlarmKind = (typeof KINDS)[number];

export interface Alarm {
  /** As the server names it: a new cause of the same name has another `ref`, and sounds again. */
  readonly name: string;
  readonly ref: string;
  readonly key: string;
  readonly kind: AlarmKind;
  readonly incidentId: string;
  /** The code of `attention` that it follows from; null for others. */
  readonly reason: string | null;
  readonly sinceMs: number;
}

/** Reasons of people in danger or overdue. Distress itself is an incident of its own, beside the entry at its parent. */
const ABOUT_PEOPLE = ["distress", "check_in_overdue", "person_silent"] as const;
/** Longer ago than this, a critical incident is no news, whatever was acknowledged on this device. */
const SEVERE_FOR_MS = 10 * 60_000;
/** The incident of a person in distress and the first entry of `attention` about it are at most so far apart. */
const FIRST_SIGNAL_MS = 4_000;
/** The incident of a person in distress is there by then; if not, the entry at the incident to which they were sent sounds. */
const OWN_INCIDENT_MS = 3_000;

/** When an incident of danger was last seen open, by the incident to which its person was sent: added to `lately`. */
export function noteDistress(lately: Map<string, number>, rows: ReadonlyMap<string, Row>, nowMs: number): ReadonlyMap<string, number> {
  for (const row of rows.values()) if (row.type === "distress" && row.parent_id != null) lately.set(row.parent_id, nowMs);
  return lately;
}

/**
 * All alarms of the present rows: those that stood before the page was opened sound too. `lately`: of `noteDistress`. A danger that
 * ends leaves the queue a moment before the entry at its parent does, and that must not sound for it.
 */
export function standing(rows: ReadonlyMap<string, Row>, nowMs: number, lately: ReadonlyMap<string, number> = new Map()): Alarm[] {
  const inDistress = new Set([...rows.values()].filter((row) => row.type === "distress").map((row) => row.parent_id));
  const since = (row: Row | undefined, name: string): number => Date.parse(row?.alarms_since?.[name] ?? "");
  const found: Alarm[] = [];
  for (const row of rows.values()) {
    const sinceMs = Date.parse(row.reported_at);
    const add = (kind: AlarmKind, reason: string | null, causeMs = NaN): void => {
      const [name, ref] = [reason ?? kind, Number.isNaN(causeMs) ? row.id : `${row.id}.${causeMs}`];
      found.push({ key: keyOf(name, ref), name, ref, kind, incidentId: row.id, reason, sinceMs: Number.isNaN(causeMs) ? sinceMs : causeMs });
    };
    if (row.type === "distress") {
      // A later signal of this person is a new cause. Those of others who were sent to the same place have incidents of their own.
      const newestMs = since(row, "distress");
      add("distress", "distress", newestMs > sinceMs + FIRST_SIGNAL_MS ? newestMs : NaN);
      continue;
    }
    for (const reason of ABOUT_PEOPLE) {
      if (!(row.attention ?? []).includes(reason)) continue;
      // One danger is one alarm: the incident of the person sounds, which appears a moment after this entry.
      if (reason === "distress" && (inDistress.has(row.id) || nowMs - (lately.get(row.id) ?? -Infinity) < OWN_INCIDENT_MS || nowMs - since(row, reason) < OWN_INCIDENT_MS)) continue;
      add("distress", reason, since(row, reason));
    }
    if (row.priority === "low" || !isShort(row)) continue;
    if (row.accepted === 0 && nowMs - sinceMs >= AGE_LIMITS_S[row.priority][0] * 1000) add("unanswered", null, since(row, "unanswered"));
    else if (row.priority === "critical" && nowMs - sinceMs < SEVERE_FOR_MS) add("severe", null, since(row, "severe"));
  }
  return found.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.sinceMs - b.sinceMs);
}

export function keyOf(name: string, ref: string): string {
  return `${name}|${ref}`;
}

const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 120_000;

/** Pause before the next repetition, after `times` sounds: rising, so that a long emergency can be worked through. */
export function pauseMs(times: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, times - 1));
}
