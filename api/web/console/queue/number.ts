// What an incident is called when people speak: its call number, typed in either alphabet and with or without zeros.
import { computed } from "@preact/signals";
import { now } from "../../shared/clock";
import { dateOf } from "../../shared/formats";
import { t } from "../text";

interface Called {
  readonly id: string;
  readonly call_number?: string | null;
  /** Of a row. */
  readonly reported_at?: string | null;
  /** Of an incident. */
  readonly times?: { readonly reported: string };
}

/** Changes at midnight alone: rows that read it are not drawn with every second. */
const today = computed(() => dateOf(now.value));

/**
 * The call number. Numbers begin anew each day, and after midnight the first incident of
 * the night has that of an evening that is still open: one of an earlier day has its day of the month behind it, `AK-042/27`.
 */
export function numberOf(of: Called): string {
  if (of.call_number == null) return t().own.desk.queue.noNumber;
  const date = dateNamed(of);
  return date === null || date === today.value ? of.call_number : `${of.call_number}/${date.slice(-2)}`;
}

function dateNamed(of: Called): string | null {
  const at = of.reported_at ?? of.times?.reported ?? null;
  return at === null ? null : dateOf(at);
}

const DAY = /\s*\/\s*(\d{1,2})$/;

/** `42/27`: the text before the day, and whether the incident is of that day. Without a day every one is. */
function ofDay(of: Called, typed: string): { readonly rest: string; readonly isMeant: boolean } {
  const found = DAY.exec(typed);
  if (found === null) return { rest: typed, isMeant: true };
  return { rest: typed.slice(0, found.index), isMeant: Number(dateNamed(of)?.slice(-2)) === Number(found[1]) };
}

const LATIN: Readonly<Record<string, string>> = { А: "A", К: "K", М: "M", Т: "T" };
const NUMBER = /^([AKMT]{2,})[\s‐‑–—-]*0*([1-9]\d*)$/;

/** `AK42` for everything that is read as this number: «ак 42», `AK-042`. null: no call number. */
export function callKey(typed: string): string | null {
  const latin = typed.trim().toUpperCase().replace(/[АКМТ]/g, (letter) => LATIN[letter] ?? letter);
  const found = NUMBER.exec(latin);
  return found === null ? null : `${found[1]}${found[2]}`;
}

/** Whether the text names the incident by its call number. */
export function isCalled(of: Called, typed: string): boolean {
  const { rest, isMeant } = ofDay(of, typed);
  const key = callKey(rest);
  return isMeant && key !== null && of.call_number != null && callKey(of.call_number) === key;
}

/** Whether the text is the figure of the call number alone: «19», «019». Several incidents may have it, one in each area. */
export function isNumbered(of: Called, typed: string): boolean {
  const { rest, isMeant } = ofDay(of, typed);
  const figure = /^0*([1-9]\d*)$/.exec(rest.trim())?.[1];
  return isMeant && figure !== undefined && of.call_number != null && callKey(of.call_number)?.replace(/\D/g, "") === figure;
}

/** Those that the text names; where it names none so, those with this figure. */
export function calledBy<T extends Called>(rows: readonly T[], typed: string): T[] {
  const named = rows.filter((row) => row.id === typed.trim() || isCalled(row, typed));
  return named.length > 0 ? named : rows.filter((row) => isNumbered(row, typed));
}
