// The alarms of this console: which sound, and when each sounds again. Who has heard them: `answers.ts`.
import { batch, computed, effect, signal } from "@preact/signals";
import { alarm as say } from "../../shared/announcer";
import { now, serverNow } from "../../shared/clock";
import { isLoaded, rows, status } from "../state";
import { type Named, acknowledge, forgetOver, isSilent, shelve, silence, startAnswers } from "./answers";
import { isArmed, play } from "./sounds";
import { type Alarm, keyOf, noteDistress, pauseMs, standing } from "./standing";

const lately = new Map<string, number>();
const all = computed(() => standing(rows.value, now.value, noteDistress(lately, rows.value, now.value)));
/** Nobody has heard them, the most urgent first. */
export const alarms = computed(() => all.value.filter((one) => !isSilent(one.key, now.value)));
/** People in danger or overdue: those nobody has heard first. They stand until they are handled, not until they are heard. */
export const inDanger = computed(() => {
  const found = all.value.filter((one) => one.kind === "distress");
  return [...found.filter((one) => !isSilent(one.key, now.value)), ...found.filter((one) => isSilent(one.key, now.value))];
});
/** What does not work at the moment, the most severe first. It makes no sound. */
export const impaired = computed(() => {
  const first = status.value?.alarms.find((one) => one.concern === "system" && one.severity === "critical");
  return first === undefined ? null : { ...first, ref: "-", key: keyOf(first.name, "-") };
});
/** When the next repetition of the first alarm is due, server time. */
export const nextSoundAtMs = signal<number | null>(null);
/** How often each was heard at this desk (0 while the browser plays nothing), and when it came or sounded last. */
const sounded = new Map<string, { times: number; atMs: number }>();
const timesOf = (key: string): number => sounded.get(key)?.times ?? 0;

/** What one key answers: of the news that are not distress all of one kind at once, because a burst would need many keystrokes. */
function first(): readonly Named[] {
  const most = alarms.value[0];
  if (most !== undefined) return most.kind === "distress" ? [most] : alarms.value.filter((one) => one.kind === most.kind);
  return impaired.value !== null && !isSilent(impaired.value.key, now.value) ? [impaired.value] : [];
}

export function acknowledgeFirst(): void {
  void acknowledge(first(), timesOf);
}

/** Never a person in danger: that is heard, and then handled. */
export function shelveFirst(): void {
  if (alarms.value[0]?.kind !== "distress") void shelve(first(), timesOf);
}

/** Whoever opens an incident has heard of it, here. Distress needs the explicit answer. */
export function acknowledgeNews(incidentId: string): void {
  const news = alarms.peek().filter((one) => one.incidentId === incidentId && one.kind !== "distress");
  if (news.length > 0) silence(news.map((one) => one.key));
}

/** The alarms of an incident, also those that were heard. */
export function alarmsOf(incidentId: string): readonly Alarm[] {
  return all.value.filter((one) => one.incidentId === incidentId);
}

/** One sound stands for everything that was mute until now. */
function heardAgain(most: Alarm, times: number, atMs: number): void {
  for (const [key, before] of sounded) if (before.times === 0) sounded.set(key, { times: 1, atMs });
  sounded.set(most.key, { times: times + 1, atMs });
}

/** Sounds and says the alarms as they come, and repeats the most urgent one. `sentence` is what screen readers say. */
export function startAlarms(sentence: (of: Alarm) => string): () => void {
  const stopAnswers = startAnswers();
  const stop = effect(() => {
    const present = alarms.value;
    if (!isLoaded.value) return;
    const at = serverNow();
    const most = present[0];
    for (const key of sounded.keys()) if (!present.some((one) => one.key === key)) sounded.delete(key);
    const fresh = present.filter((one) => !sounded.has(one.key));
    const due = most === undefined ? undefined : sounded.get(most.key);
    // What stood while the page was mute sounds as soon as it is not.
    const isUnheard = isArmed.value && due?.times === 0;
    if (fresh[0] !== undefined) {
      // One sound, whatever number came at once: the most urgent.
      const times = play(fresh[0].kind) ? 1 : 0;
      for (const one of fresh) sounded.set(one.key, { times, atMs: at });
      say(sentence(fresh[0]));
    } else if (most !== undefined && due !== undefined && (isUnheard || now.value >= due.atMs + pauseMs(due.times))) {
      if (play(most.kind)) heardAgain(most, due.times, at);
    }
    const last = most === undefined ? undefined : sounded.get(most.key);
    batch(() => (nextSoundAtMs.value = last === undefined || !isArmed.value ? null : last.atMs + pauseMs(last.times)));
  });
  const stopForgetting = effect(() => {
    const keys = new Set(all.value.map((one) => one.key));
    const system = impaired.value?.key;
    if (isLoaded.value) forgetOver((key) => keys.has(key) || key === system);
  });
  return () => [stop, stopForgetting, stopAnswers].forEach((end) => end());
}
