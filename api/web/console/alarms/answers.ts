// Who has heard which alarm, at any desk. While the server cannot be told, an alarm is silent at this desk only, and the page says so.
import { computed, signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import { keyOf } from "./standing";

export type Answer = components["schemas"]["AlarmAnswered"];
type Told = Pick<components["schemas"]["AlarmEvent"], "answers" | "is_complete">;
/** What the server needs to know of an alarm. */
export interface Named {
  readonly key: string;
  readonly name: string;
  readonly ref: string;
}

const KEPT_AS = "komek-acknowledged";
const KEPT_AT_MOST = 200;
export const AGAIN_MS = 15_000;
export const TOLD_MS = 10_000;

/** By key, as the server says. */
export const heard = signal<ReadonlyMap<string, Answer>>(new Map());
/** Silent at this desk: acknowledged here a moment ago, or opened here. */
export const silentHere = signal<ReadonlySet<string>>(new Set(kept()));
/** Acknowledged here, and the server does not know. */
const untold = signal<ReadonlyMap<string, Named>>(new Map());
/** What was answered last had ended before the answer arrived: nobody has done anything wrong. */
export const wasOver = signal(false);
let toldUntil: ReturnType<typeof setTimeout> | undefined;
export const isOnlyHere = computed(() => untold.value.size > 0);

function kept(): string[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? "[]") as string[];
  } catch {
    return [];
  }
}

function keep(keys: readonly string[]): void {
  const last = keys.slice(-KEPT_AT_MOST);
  silentHere.value = new Set(last);
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(last));
  } catch {
    // Storage is denied: it holds until the page is closed.
  }
}

/** The `alarm` event of the stream. */
export function takeAnswers({ answers, is_complete }: Told): void {
  const next = new Map(is_complete ? [] : heard.value);
  for (const one of answers) {
    const key = keyOf(one.name, one.ref);
    if (one.acked_by === null) next.delete(key);
    else next.set(key, one);
  }
  heard.value = next;
}

/** Whoever opens an incident has heard of it: at this desk only, which answers nothing for the others. */
export function silence(keys: readonly string[]): void {
  keep([...silentHere.value, ...keys]);
}

/** Alarms that are over sound when they come again. */
export function forgetOver(isStanding: (key: string) => boolean): void {
  const [keys, left] = [[...silentHere.value], [...untold.value].filter(([key]) => isStanding(key))];
  const standing = keys.filter(isStanding);
  if (standing.length < keys.length) keep(standing);
  if (left.length < untold.value.size) untold.value = new Map(left);
}

export function isSilent(key: string, nowMs: number): boolean {
  const answer = heard.value.get(key);
  if (answer?.shelved_until != null) return nowMs < Date.parse(answer.shelved_until);
  return answer !== undefined || silentHere.value.has(key);
}

/** At once here, and for every desk as soon as the server has it. */
export async function acknowledge(given: readonly Named[], sounded: (key: string) => number): Promise<void> {
  // Counted first: what is silent is counted no more.
  const counted = given.map((one) => [one, sounded(one.key)] as const);
  silence(given.map((one) => one.key));
  for (const [one, times] of counted) {
    const path = { name: one.name, ref: one.ref };
    const answer = await ask("post", "/v1/alarms/{name}/{ref}/ack", { path, body: { sounded: times } });
    const left = new Map(untold.value);
    const isOver = noteOver(answer);
    if (answer.ok || isOver || answer.problem.status === 404) left.delete(one.key);
    else left.set(one.key, one);
    untold.value = left;
    if (answer.ok) takeAnswers({ answers: [answer.data], is_complete: false });
  }
}

function noteOver(answer: Awaited<ReturnType<typeof ask>>): boolean {
  wasOver.value = !answer.ok && answer.problem.code === "alarm_not_standing";
  // The end of an earlier one would take this one away before it is read.
  clearTimeout(toldUntil);
  if (wasOver.value) toldUntil = setTimeout(() => (wasOver.value = false), TOLD_MS);
  return wasOver.value;
}

/** For ten minutes; then they sound again. Without the server they go on sounding, so nothing needs to be said. */
export async function shelve(given: readonly Named[], sounded: (key: string) => number): Promise<void> {
  for (const one of given) {
    const body = { minutes: 10, sounded: sounded(one.key) };
    const answer = await ask("post", "/v1/alarms/{name}/{ref}/shelve", { path: { name: one.name, ref: one.ref }, body });
    noteOver(answer);
    if (answer.ok) takeAnswers({ answers: [answer.data], is_complete: false });
  }
}

/** Tells the server what it could not be told, from time to time. Returns what stops that, and the listening to other tabs. */
export function startAnswers(): () => void {
  const repeat = setInterval(() => void acknowledge([...untold.value.values()], () => 0), AGAIN_MS);
  const listen = (event: StorageEvent): void => {
    // Another tab of this browser acknowledged.
    if (event.key === KEPT_AS) silentHere.value = new Set(kept());
  };
  window.addEventListener("storage", listen);
  return () => {
    clearInterval(repeat);
    window.removeEventListener("storage", listen);
  };
}
