// Three sounds that differ in rhythm, not only in pitch. Browsers allow sound after a gesture only; the page shows whether they do.
import { signal } from "@preact/signals";
import { type Beep, playBeeps } from "../../shared/beeps";
import type { AlarmKind } from "./standing";

/** What the audio context says of itself: a page must not believe its own button. */
export const isArmed = signal(false);
let context: AudioContext | null = null;

/** Distress: fast pairs, rising. Unanswered: three even beeps. Severe: one long, one short. */
const RHYTHMS: Readonly<Record<AlarmKind, readonly Beep[]>> = {
  distress: [0, 0.16, 0.5, 0.66, 1, 1.16].map((atS, at) => ({ atS, forS: 0.12, hertz: at % 2 === 0 ? 880 : 1175 })),
  unanswered: [0, 0.4, 0.8].map((atS) => ({ atS, forS: 0.2, hertz: 587 })),
  severe: [
    { atS: 0, forS: 0.55, hertz: 698 },
    { atS: 0.65, forS: 0.15, hertz: 698 },
  ],
};

/** From a gesture only. Resolves when the browser plays, or refuses to. */
export async function arm(): Promise<void> {
  context ??= newContext();
  if (context === null) return;
  await context.resume().catch(() => undefined);
  look();
}

function newContext(): AudioContext | null {
  if (typeof AudioContext === "undefined") return null;
  const made = new AudioContext();
  // A headset that is unplugged, or a policy of the browser, can suspend it later.
  made.addEventListener("statechange", look);
  return made;
}

function look(): void {
  isArmed.value = context?.state === "running";
}

/** False: the browser plays nothing now. */
export function play(kind: AlarmKind): boolean {
  if (context === null || context.state !== "running") return false;
  playBeeps(context, RHYTHMS[kind]);
  return true;
}
