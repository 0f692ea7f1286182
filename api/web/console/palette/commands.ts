// What the palette offers for what is typed: incidents, orders, settings. Pure but for the actions that it names.
import { type Row } from "../state";
import { calledBy, numberOf } from "../queue/number";
import { byUrgency } from "../queue/order";

export interface Option {
  readonly id: string;
  readonly kind: "incident" | "action" | "found";
  readonly label: string;
  readonly detail: string;
  readonly key: string | null;
  /** Of an incident: its row, for the mark. */
  readonly row: Row | null;
  /** The text names it: it comes before whatever only begins alike. */
  readonly isExact?: boolean;
  readonly run: () => void;
}
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly key: string | null;
  readonly run: () => void;
}
export interface Known {
  readonly rows: Iterable<Row>;
  readonly actions: readonly Action[];
  /** What a row is found by: number, type, urgency, place. */
  readonly textOf: (row: Row) => string;
  readonly open: (id: string) => void;
  readonly assign: (id: string, person: string) => Action;
}

const INCIDENTS_AT_MOST = 5;
export const OPTIONS_AT_MOST = 9;

/** Letters of the three languages that are typed for each other, and case: «ө» is found by «о». */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .replace(/[әғқңөұүһіё]/g, (letter) => ({ ә: "а", ғ: "г", қ: "к", ң: "н", ө: "о", ұ: "у", ү: "у", һ: "х", і: "и", ё: "е" })[letter] ?? letter);
}

/** Every word that is typed must begin a word of the text. */
export function matches(typed: string, text: string): boolean {
  const words = folded(text).split(/[\s,.:·/]+/);
  return folded(typed)
    .split(/\s+/)
    .filter(Boolean)
    .every((part) => words.some((word) => word.startsWith(part)));
}

export function optionsFor(typed: string, known: Known): Option[] {
  const wanted = typed.trim();
  const rows = [...known.rows].sort(byUrgency);
  const found: Option[] = [];
  const assigned = assignments(wanted, rows);
  // Numbers begin anew each day and can stand twice: what else is known of each tells them apart.
  for (const { named, person } of assigned) found.push({ ...known.assign(named.id, person), kind: "action", detail: assigned.length > 1 ? known.textOf(named) : "", row: named, isExact: true });
  const called = calledBy(rows, wanted);
  const incidents = [...called, ...rows.filter((row) => !called.includes(row) && matches(wanted, known.textOf(row)))];
  for (const row of incidents.slice(0, INCIDENTS_AT_MOST)) {
    const run = (): void => known.open(row.id);
    found.push({ id: row.id, kind: "incident", label: numberOf(row), detail: known.textOf(row), key: null, row, isExact: called.includes(row), run });
  }
  for (const action of known.actions) {
    if (wanted === "" || matches(wanted, action.label)) found.push({ ...action, kind: "action", detail: "", row: null });
  }
  return found.slice(0, OPTIONS_AT_MOST);
}

/** `NUMBER PERSON`: the number may have a space in it («ак 42»), the name too. */
function assignments(wanted: string, rows: readonly Row[]): { readonly named: Row; readonly person: string }[] {
  const words = wanted.split(/\s+/);
  for (const at of [2, 1]) {
    const named = words.length > at ? calledBy(rows, words.slice(0, at).join(" ")) : [];
    if (named.length > 0) return named.map((one) => ({ named: one, person: words.slice(at).join(" ") }));
  }
  return [];
}
