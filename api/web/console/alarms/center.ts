// The alarms of this console: which sound, which were acknowledged here, and when each sounds again.
import { batch, computed, effect, signal } from "@preact/signals";
import { alarm as say } from "../../shared/announcer";
import { now, serverNow } from "../../shared/clock";
import { isLoaded, rows } from "../state";
import { play } from "./sounds";
import { type Alarm, pauseMs, standing } from "./standing";

const KEPT_AS = "komek-acknowledged";
const KEPT_AT_MOST = 200;

const acknowledged = signal<ReadonlySet<string>>(new Set(kept()));
const all = computed(() => standing(rows.value, now.value));
/** Not acknowledged, the most urgent first. */
export const alarms = computed(() => all.value.filter((one) => !acknowledged.value.has(one.key)));
/** When the next repetition of the first alarm is due, server time. */
export const nextSoundAtMs = signal<number | null>(null);

function kept(): string[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? "[]") as string[];
  } catch {
    return [];
  }
}

/** Silences alarms on this browser. The incident keeps what it asks for until somebody has done it. */
export function acknowledge(given: readonly Alarm[]): void {
  const keys = [...acknowledged.value, ...given.map((one) => one.key)].slice(-KEPT_AT_MOST);
  acknowledged.value = new Set(keys);
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(keys));
  } catch {
    // Storage is denied: it holds until the page is closed.
  }
}

/** The most urgent alarm; of the news that are not distress all of one kind at once, because a burst would need many keystrokes. */
export function acknowledgeFirst(): readonly Alarm[] {
  const first = alarms.value[0];
  if (first === undefined) return [];
  const given = first.kind === "distress" ? [first] : alarms.value.filter((one) => one.kind === first.kind);
  acknowledge(given);
  return given;
}

/** Whoever opens an incident has heard of it. Distress needs the explicit answer. */
export function acknowledgeNews(incidentId: string): void {
  const news = alarms.peek().filter((one) => one.incidentId === incidentId && one.kind !== "distress");
  if (news.length > 0) acknowledge(news);
}

/** Sounds and says the alarms as they come, and repeats the most urgent one. `sentence` is what screen readers say. */
export function startAlarms(sentence: (of: Alarm) => string): () => void {
  const sounded = new Map<string, { times: number; atMs: number }>();
  const stop = effect(() => {
    const present = alarms.value;
    if (!isLoaded.value) return;
    const at = serverNow();
    const first = present[0];
    for (const key of sounded.keys()) if (!present.some((one) => one.key === key)) sounded.delete(key);
    const fresh = present.filter((one) => !sounded.has(one.key));
    for (const one of fresh) sounded.set(one.key, { times: 1, atMs: at });
    const due = first === undefined ? undefined : sounded.get(first.key);
    if (fresh[0] !== undefined) {
      // One sound, whatever number came at once: the most urgent.
      play(fresh[0].kind);
      say(sentence(fresh[0]));
    } else if (first !== undefined && due !== undefined && now.value >= due.atMs + pauseMs(due.times)) {
      play(first.kind);
      sounded.set(first.key, { times: due.times + 1, atMs: at });
    }
    const last = first === undefined ? undefined : sounded.get(first.key);
    batch(() => (nextSoundAtMs.value = last === undefined ? null : last.atMs + pauseMs(last.times)));
  });
  const listen = (event: StorageEvent): void => {
    // Another tab of this browser acknowledged.
    if (event.key === KEPT_AS) acknowledged.value = new Set(kept());
  };
  window.addEventListener("storage", listen);
  return () => {
    stop();
    window.removeEventListener("storage", listen);
  };
}
