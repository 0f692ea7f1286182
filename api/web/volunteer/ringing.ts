// Rings and shakes the phone while the page is open, until somebody touches it. A push does this for a page that is closed.
import { effect, signal } from "@preact/signals";
import { type Beep, playBeeps } from "../shared/beeps";
import { type Call, call, zones } from "./announcements";

/** `waiting`: browsers play after a tap only. `off`: by choice. `none`: this browser has no sound. */
export type SoundState = "on" | "waiting" | "off" | "none";
export const sound = signal<SoundState>("waiting");

const AGAIN_MS = 8_000;
const KEPT = "komek-sound";
const GESTURES = ["pointerup", "click", "keydown"] as const;
const OFFER_PATTERN = [300, 150, 300, 150, 600];
const SAFETY_PATTERN = [600, 200, 600];
/** A request: rising threes. Safety and changes: a long pair. They differ in rhythm and in pitch. */
const OFFER: readonly Beep[] = [0, 0.22, 0.44, 1, 1.22, 1.44].map((atS, at) => ({ atS, forS: 0.16, hertz: [660, 830, 990][at % 3] ?? 660 }));
const SAFETY: readonly Beep[] = [0, 0.7].map((atS) => ({ atS, forS: 0.5, hertz: 587 }));
const IN_ZONE: Call = { kind: "safety" };

let context: AudioContext | null = null;

/** Returns what stops it. Resumes the sound by whatever the person touches first, and hushes what rings by the same touch. */
export function startRinging(): () => void {
  look();
  let again: ReturnType<typeof setInterval> | undefined;
  const hush = (): void => clearInterval(again);
  const touched = (): void => {
    hush();
    void arm();
  };
  for (const gesture of GESTURES) window.addEventListener(gesture, touched, { capture: true });
  const stop = effect(() => {
    const present = call.value ?? (zones.value === "" ? null : IN_ZONE);
    // Read in any case: a zone that comes while an offer rings, rings anew.
    void zones.value;
    hush();
    if (present === null) return;
    ring(present);
    again = setInterval(() => ring(present), AGAIN_MS);
  });
  return () => {
    stop();
    hush();
    for (const gesture of GESTURES) window.removeEventListener(gesture, touched, { capture: true });
  };
}

export function ring({ kind }: Call): void {
  const isOffer = kind === "offer";
  if (sound.peek() === "on" && context !== null) playBeeps(context, isOffer ? OFFER : SAFETY);
  // Not every phone has it, and browsers refuse it before the first tap with an error in their log.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([...(isOffer ? OFFER_PATTERN : SAFETY_PATTERN)]);
}

/** Kept on this device: a phone may be loud and a computer at work silent. */
export function chooseSound(isWanted: boolean): void {
  try {
    if (isWanted) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "off");
  } catch {
    chosen = isWanted;
  }
  if (isWanted) void arm();
  else look();
}

/** The choice where the device keeps nothing. */
let chosen = true;

function isWanted(): boolean {
  try {
    return chosen && localStorage.getItem(KEPT) !== "off";
  } catch {
    return chosen;
  }
}

/** From a gesture only. */
async function arm(): Promise<void> {
  if (isWanted() && typeof AudioContext !== "undefined" && context?.state !== "running") {
    context ??= listened(new AudioContext());
    await context.resume().catch(() => undefined);
  }
  look();
}

/** A call or another app can suspend it later: what the context says counts, not that somebody has tapped. */
function listened(made: AudioContext): AudioContext {
  made.addEventListener("statechange", look);
  return made;
}

function look(): void {
  if (typeof AudioContext === "undefined") sound.value = "none";
  else if (!isWanted()) sound.value = "off";
  else sound.value = context?.state === "running" ? "on" : "waiting";
}
