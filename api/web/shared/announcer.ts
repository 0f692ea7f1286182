// What screen readers say. Polite news are collected and said at most once in five seconds; the three alarms interrupt.
import { signal } from "@preact/signals";

export const POLITE_EVERY_MS = 5_000;
export const polite = signal("");
export const assertive = signal("");

let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;
let saidAtMs = -Infinity;

/** Adds to the next digest. The same sentence is said once. */
export function announce(sentence: string): void {
  if (!waiting.includes(sentence)) waiting.push(sentence);
  if (timer !== null) return;
  const dueMs = Math.max(0, saidAtMs + POLITE_EVERY_MS - Date.now());
  timer = setTimeout(say, dueMs);
}

/** For alarms alone: interrupts what is being read. */
export function alarm(sentence: string): void {
  // A region that keeps its text is not read again: the invisible character makes a repeat a change.
  assertive.value = assertive.value === sentence ? `${sentence}\u200b` : sentence;
}

function say(): void {
  timer = null;
  saidAtMs = Date.now();
  polite.value = waiting.join(". ").replace(/([.!?…])\. /g, "$1 ");
  waiting = [];
}

/** For tests. */
export function forgetAnnouncements(): void {
  if (timer !== null) clearTimeout(timer);
  [waiting, timer, saidAtMs, polite.value, assertive.value] = [[], null, -Infinity, "", ""];
}
