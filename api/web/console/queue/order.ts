// The order of the queue, its filters, and what a row says beyond its values. Pure.
import { type Row, isOpen } from "../state";
import type { Priority } from "../../shared/parts/severity";

export const FILTERS = ["all", "short", "attention", "ready"] as const;
/** Those with a tab; `ready` has a line of its own, which is there only while something is ready. */
export const TABS = ["all", "short", "attention"] as const;
export type Filter = (typeof FILTERS)[number];
const LEVELS: Readonly<Record<Priority, number>> = { critical: 0, high: 1, normal: 2, low: 3 };
const MINUTE_S = 60;

export type AgeLook = "plain" | "framed" | "filled";
/** Seconds without the people that are needed until an age is framed, and until it is filled. */
export const AGE_LIMITS_S: Readonly<Record<Priority, readonly [number, number]>> = {
  critical: [MINUTE_S, 5 * MINUTE_S],
  high: [3 * MINUTE_S, 10 * MINUTE_S],
  normal: [10 * MINUTE_S, 30 * MINUTE_S],
  low: [60 * MINUTE_S, 240 * MINUTE_S],
};

export function isShort(row: Row): boolean {
  return isOpen(row) && row.accepted < row.needed;
}

export function hasAttention(row: Row): boolean {
  return (row.attention ?? []).length > 0;
}

/** By severity, then those short of people, then the longest waiting: the order of the API's `sort=urgency`. */
export function byUrgency(a: Row, b: Row): number {
  return (
    LEVELS[a.priority] - LEVELS[b.priority] ||
    Number(isShort(b)) - Number(isShort(a)) ||
    Date.parse(a.reported_at) - Date.parse(b.reported_at) ||
    (a.id < b.id ? -1 : 1)
  );
}

export function passes(row: Row, filter: Filter): boolean {
  if (filter === "short") return isShort(row);
  if (filter === "ready") return row.ready_to_close === true;
  return filter === "all" || hasAttention(row);
}

/** `held`: the order at pointer-down, which stays until the click: nobody may open another incident than the one they aimed at. */
export function arranged(rows: Iterable<Row>, filter: Filter, held: readonly string[] | null): Row[] {
  const shown = [...rows].filter((row) => passes(row, filter)).sort(byUrgency);
  if (held === null) return shown;
  const places = new Map(held.map((id, at) => [id, at]));
  // Newcomers wait at the end, below everything that may be aimed at.
  return shown.sort((a, b) => (places.get(a.id) ?? held.length) - (places.get(b.id) ?? held.length));
}

/** An age asks for attention only while people are missing. */
export function ageLook(row: Row, ageS: number): AgeLook {
  if (!isShort(row)) return "plain";
  const [first, second] = AGE_LIMITS_S[row.priority];
  if (ageS >= second) return "filled";
  return ageS >= first ? "framed" : "plain";
}

/** Reasons that the missing skills explain better than the reason itself. */
const ABOUT_SHORTAGE = new Set(["unfilled", "ladder_ended"]);
/** The most urgent first. Others follow in the order of the API. */
const WEIGHT = ["distress", "check_in_overdue", "person_silent", "help_asked", "unfilled", "ladder_ended"];
const FLAGS_AT_MOST = 2;

export interface Flags {
  /** Codes of `attention`; `unfilled` stands for all about the shortage. */
  readonly reasons: readonly string[];
  readonly more: number;
}

/** What an operator must do about a row: at most two lines, and how many there are beyond. */
export function flagsOf(row: Row): Flags {
  const said = new Set<string>();
  for (const reason of row.attention ?? []) {
    // Its type says that already.
    if (reason === "distress" && row.type === "distress") continue;
    said.add(ABOUT_SHORTAGE.has(reason) && row.short ? "unfilled" : reason);
  }
  const rank = (reason: string): number => (WEIGHT.includes(reason) ? WEIGHT.indexOf(reason) : WEIGHT.length);
  const reasons = [...said].sort((a, b) => rank(a) - rank(b));
  return { reasons: reasons.slice(0, FLAGS_AT_MOST), more: Math.max(0, reasons.length - FLAGS_AT_MOST) };
}

/** Open incidents that nobody has accepted, the longest waiting first. */
export function unanswered(rows: Iterable<Row>): Row[] {
  return [...rows]
    .filter((row) => isShort(row) && row.accepted === 0)
    .sort((a, b) => Date.parse(a.reported_at) - Date.parse(b.reported_at));
}
