import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask } from "../../shared/api_client";
import { session, startSession } from "../../shared/session";
import { json, problem } from "../support/answers";
import { FakeLocks } from "../support/locks";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STARTED_MS = Date.parse("2026-11-22T08:00:00Z");
/** What happens to one renewal after the other, again and again: answered, lost, refused for a while, answered, by a proxy. */
const FATES = ["ok", "lost", "busy", "ok", "lost", "lost", "away", "ok"] as const;
let asked: string[];

/** As the API does: the cookie gives access for a quarter of an hour, and can be renewed afterwards. */
function server(fates: readonly string[]): (url: string, init: RequestInit) => Promise<Response> {
  let [renewals, cookieUntilMs] = [0, Date.now() + 15 * MINUTE_MS];
  const shown = (): Response => json({ session_id: "s", id: "op-1", role: "operator", is_current: true, renew_by: new Date(cookieUntilMs).toISOString() });
  return (url, init) => {
    asked.push(`${init.method} ${url}`);
    if (!url.endsWith("/renew")) return Promise.resolve(Date.now() < cookieUntilMs ? shown() : problem("unauthenticated", 401));
    const fate = fates[renewals++ % fates.length];
    if (fate === "lost") return Promise.reject(new TypeError("network"));
    if (fate === "busy") return Promise.resolve(problem("log_unavailable", 503));
    if (fate === "away") return Promise.resolve(new Response("<html>", { status: 502 }));
    cookieUntilMs = Date.now() + 15 * MINUTE_MS;
    return Promise.resolve(shown());
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: STARTED_MS });
  asked = [];
  session.value = { kind: "unknown" };
  vi.stubGlobal("navigator", { locks: new FakeLocks(), onLine: true });
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const renewals = (): number => asked.filter((one) => one.endsWith("/renew")).length;

test("a shift of twelve hours with lost and refused renewals logs nobody out", async () => {
  vi.stubGlobal("fetch", server(FATES));
  await startSession();
  const seen = new Set<string>();
  const stop = session.subscribe(({ kind }) => void seen.add(kind));

  await vi.advanceTimersByTimeAsync(12 * HOUR_MS);
  stop();

  expect([...seen]).toEqual(["signed-in"]);
  expect(renewals()).toBeGreaterThan(12 * 4);
  expect((await ask("get", "/v1/session", {})).ok).toBe(true);
});

test("an hour without any answer logs nobody out, and the first answer continues", async () => {
  vi.stubGlobal("fetch", server([...Array.from({ length: 240 }, () => "lost"), "ok"]));
  await startSession();

  await vi.advanceTimersByTimeAsync(HOUR_MS + 15 * MINUTE_MS);

  expect(session.value.kind).toBe("signed-in");
  expect((await ask("get", "/v1/session", {})).ok).toBe(true);
});

test("requests that are refused meanwhile make renewals no more frequent", async () => {
  vi.stubGlobal("fetch", server(["busy"]));
  await startSession();
  await vi.advanceTimersByTimeAsync(16 * MINUTE_MS);
  for (let request = 0; request < 20; request++) {
    await ask("get", "/v1/session", {});
    await vi.advanceTimersByTimeAsync(1000);
  }
  const before = renewals();

  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);

  expect(renewals() - before).toBeLessThanOrEqual(10 * 4);
});
