// Ten seconds without a sign of life from the stream: since when, when the next attempt is, and a way to try now.
import { useEffect } from "preact/hooks";
import { announce } from "../announcer";
import { now } from "../clock";
import { type LiveStream, STALE_AFTER_MS } from "../stream";
import { texts } from "../text";

/** A page that has just been opened is not without a connection: that is said only once it has lasted. Returns what takes it back. */
export function announceStale(sentence: string, livedAtMs: number | null): () => void {
  const timer = setTimeout(() => announce(sentence), livedAtMs === null ? STALE_AFTER_MS : 0);
  return () => clearTimeout(timer);
}

export function StaleBand({ stream }: { stream: LiveStream }) {
  const { isStale, livedAtMs, nextTryAtMs } = stream.state.value;
  const text = texts().common.stream;
  // Both are times of this device; reading the clock renews the band every second.
  const deviceNow = now.value > 0 ? Date.now() : 0;
  const said = livedAtMs === null ? text.never : text.stale((deviceNow - livedAtMs) / 1000);
  // Said once: a band that counts is not read out with every second.
  useEffect(() => {
    if (isStale) return announceStale(said, livedAtMs);
  }, [isStale]);
  if (!isStale) return null;
  return (
    <div class="stale-band row" role="status" aria-live="off">
      <span>{said}</span>
      {nextTryAtMs !== null && <span class="quiet">{text.nextTry(Math.max(0, (nextTryAtMs - deviceNow) / 1000))}</span>}
      <button type="button" class="button" onClick={stream.tryNow}>{text.tryNow}</button>
    </div>
  );
}
