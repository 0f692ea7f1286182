// What an incident is called of which only the id is at hand: open ones by their row, ended ones as the server finds them.
import { signal } from "@preact/signals";
import { ask } from "../../shared/api_client";
import { statusWord, typeOf } from "../say";
import { type Row, isOpen, known, rows } from "../state";
import { t } from "../text";
import { numberOf } from "./number";
import { placeText } from "./place_text";

const KEPT_AT_MOST = 500;
/** What is not final is asked for again, as long as somebody looks at it. */
const AGAIN_MS = 30_000;
/** null: ended more than 35 days ago, or not decided yet. */
const found = signal<ReadonlyMap<string, Row | null>>(new Map());
const asked = new Set<string>();

/** The row of an open incident, or of one that has ended. null: not known, or not yet. */
export function rowOf(id: string): Row | null {
  const open = rows.value.get(id);
  if (open !== undefined) return open;
  const row = found.value.get(id) ?? null;
  if ((row === null || isOpen(row)) && !asked.has(id)) {
    asked.add(id);
    // Not while a component is drawn.
    queueMicrotask(() => void read(id));
  }
  return row;
}

/** `AK-042`. */
export function numberById(id: string): string {
  const open = known.value?.incident;
  const of = rows.value.get(id) ?? (open?.id === id ? open : rowOf(id));
  return of === null ? t().own.desk.queue.noNumber : numberOf(of);
}

/** `AK-042/27 Flood, Medeu district, closed`. */
export function calledById(id: string): string {
  return [numberById(id), whatById(id)].filter(Boolean).join(" ");
}

/** `Flood, Medeu district, closed`; empty as long as it is not known. */
export function whatById(id: string): string {
  const row = rowOf(id);
  return row === null ? "" : [typeOf(row), placeText(row), ...(isOpen(row) ? [] : [statusWord(row.status)])].join(", ");
}

async function read(id: string): Promise<void> {
  const answer = await ask("get", "/v1/search", { query: { q: id } });
  const row = answer.ok ? (answer.data.items.find((one) => one.id === id)?.incident ?? null) : null;
  if (row === null || isOpen(row)) setTimeout(() => asked.delete(id), AGAIN_MS);
  const next = new Map([...found.peek(), [id, row]]);
  const oldest = next.size > KEPT_AT_MOST ? next.keys().next().value : undefined;
  if (oldest !== undefined && next.delete(oldest)) asked.delete(oldest);
  found.value = next;
}
