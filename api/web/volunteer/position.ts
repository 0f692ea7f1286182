// Sharing the position: only on duty or at work, only with consent, never hidden from the person.
import { effect, signal } from "@preact/signals";
import { ask, boundHeader } from "../shared/api_client";
import { serverNow } from "../shared/clock";

export interface Fix {
  readonly lon: number;
  readonly lat: number;
  readonly accuracy_m: number;
  /** Server time, ms. */
  readonly atMs: number;
}
export type Sharing = "off" | "asking" | "on" | "denied" | "unavailable" | "withdrawn";

export const lastFix = signal<Fix | null>(null);
export const sharing = signal<Sharing>("off");
/** When the server last took a position, server time in ms; null: never since the page was opened. */
export const sharedAtMs = signal<number | null>(null);

const MAX_WAITING = 50;
const FIRST_PAUSE_MS = 30_000;
/** Who lies still is as near as before, but a browser may tell only of movement. */
const STILL_MS = 60_000;
let waiting: (Fix & { continues: boolean })[] = [];
let nextAtMs = 0;
let pauseMs = FIRST_PAUSE_MS;

/** Follows `wanted`. Returns what stops it. */
export function sharePosition(id: string, wanted: () => boolean): () => void {
  let watch: number | null = null;
  const stopWatching = (): void => {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
    if (sharing.value !== "denied" && sharing.value !== "withdrawn") sharing.value = "off";
  };
  const dispose = effect(() => {
    if (!wanted()) return stopWatching();
    if (watch !== null) return;
    if (!("geolocation" in navigator)) {
      sharing.value = "unavailable";
      return;
    }
    sharing.value = "asking";
    watch = navigator.geolocation.watchPosition(
      (found) => note(id, found.coords),
      (error) => (sharing.value = error.code === error.PERMISSION_DENIED ? "denied" : "unavailable"),
      { enableHighAccuracy: true, maximumAge: 15_000, timeout: 30_000 },
    );
  });
  // Another app takes the screen: say that no positions follow, else silence would look like trouble.
  const turn = (): void => {
    const fix = lastFix.value;
    // Back again: the next position says so at once.
    if (document.visibilityState === "visible") nextAtMs = 0;
    if (watch === null || fix === null || document.visibilityState !== "hidden") return;
    void send(id, [{ ...fix, continues: false }], true);
  };
  document.addEventListener("visibilitychange", turn);
  const still = setInterval(() => watch !== null && serverNow() - (lastFix.value?.atMs ?? 0) > STILL_MS && freshen(id), STILL_MS);
  return () => {
    clearInterval(still);
    dispose();
    stopWatching();
    document.removeEventListener("visibilitychange", turn);
  };
}

/** Asks the device where it is now, and sends that at once: for a call for help, and for whoever does not move. */
export function freshen(id: string): void {
  if (sharing.peek() !== "on") return;
  nextAtMs = 0;
  navigator.geolocation.getCurrentPosition((found) => note(id, found.coords), () => undefined, { enableHighAccuracy: true, maximumAge: 0, timeout: 10_000 });
}

function note(id: string, coords: GeolocationCoordinates): void {
  const atMs = serverNow();
  const fix = { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.min(100_000, coords.accuracy), atMs };
  lastFix.value = fix;
  sharing.value = "on";
  if (atMs < nextAtMs) return;
  nextAtMs = atMs + pauseMs;
  waiting = [...waiting, { ...fix, continues: true }].slice(-MAX_WAITING);
  void drain(id);
}

async function drain(id: string): Promise<void> {
  const batch = waiting;
  if (await send(id, batch)) waiting = waiting.filter((fix) => !batch.includes(fix));
}

async function send(id: string, fixes: readonly (Fix & { continues: boolean })[], leaving = false): Promise<boolean> {
  const body = {
    fixes: fixes.map(({ atMs, ...fix }) => ({ ...fix, recorded_at: new Date(atMs).toISOString() })),
  };
  if (leaving) {
    // The page may be frozen at once: `keepalive` lets the request outlive it.
    await fetch(`/v1/volunteers/${encodeURIComponent(id)}/location`, {
      method: "PUT",
      keepalive: true,
      headers: { ...boundHeader(), "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    return true;
  }
  const answer = await ask("put", "/v1/volunteers/{volunteer_id}/location", { path: { volunteer_id: id }, body });
  if (!answer.ok) {
    if (answer.problem.code === "positions_withdrawn") sharing.value = "withdrawn";
    // What the server refuses for good is not sent again; what it did not hear is.
    return !answer.problem.mayRepeat;
  }
  sharedAtMs.value = serverNow();
  pauseMs = (answer.data.next_after_s ?? FIRST_PAUSE_MS / 1000) * 1000;
  nextAtMs = serverNow() + pauseMs;
  return true;
}
