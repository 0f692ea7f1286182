// The server's time, whatever this device's clock says.
import { signal } from "@preact/signals";

/** Milliseconds since 1970 of the server, moved on once a second while the page is visible. */
export const now = signal(Date.now());

const SECOND_MS = 1000;
/** What the answers so far permit: server time minus device time, in ms. The header Date has whole seconds, so each answer narrows it. */
let lowest = -Infinity;
let highest = Infinity;

export function serverNow(): number {
  return Date.now() + offsetMs();
}

/** Server time minus device time; 0 before the first answer. */
export function offsetMs(): number {
  return Number.isFinite(lowest) && Number.isFinite(highest) ? (lowest + highest) / 2 : 0;
}

/** Takes the header Date of an answer that was asked for at `sentMs` and arrived at `receivedMs` of this device's clock. */
export function noteServerDate(header: string | null, sentMs: number, receivedMs: number): void {
  const toldMs = header === null ? NaN : Date.parse(header);
  if (Number.isNaN(toldMs)) return;
  const [low, high] = [toldMs - receivedMs, toldMs + SECOND_MS - sentMs];
  const [narrowLow, narrowHigh] = [Math.max(lowest, low), Math.min(highest, high)];
  // No overlap: one of the two clocks was set meanwhile. What is newer counts.
  [lowest, highest] = narrowLow <= narrowHigh ? [narrowLow, narrowHigh] : [low, high];
}

let timer: ReturnType<typeof setTimeout> | null = null;

/** Ticks at the full second of the server, so that all countdowns change together. Returns what stops it. */
export function startClock(): () => void {
  const tick = (): void => {
    now.value = serverNow();
    timer = setTimeout(tick, SECOND_MS - (((now.value % SECOND_MS) + SECOND_MS) % SECOND_MS) + 1);
  };
  const resume = (): void => {
    if (document.visibilityState !== "visible") return;
    if (timer !== null) clearTimeout(timer);
    // A page that was hidden shows the right time at once, not a second later.
    tick();
  };
  document.addEventListener("visibilitychange", resume);
  tick();
  return () => {
    document.removeEventListener("visibilitychange", resume);
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
}

/** Seconds until a time of the server; negative after it. */
export function secondsUntil(at: string | number): number {
  return ((typeof at === "number" ? at : Date.parse(at)) - now.value) / SECOND_MS;
}

/** For tests: forgets what answers told. */
export function forgetOffset(): void {
  [lowest, highest] = [-Infinity, Infinity];
}
