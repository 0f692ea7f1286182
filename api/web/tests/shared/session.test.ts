import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask } from "../../shared/api_client";
import { codeInAddress, readSession, session, sessionProblem, signIn, signOut, startSession } from "../../shared/session";
import { json, problem } from "../support/answers";
import { FakeLocks } from "../support/locks";

const MINUTE_MS = 60_000;
let answers: Record<string, (() => Response | Error)[]>;
let asked: string[];

const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * MINUTE_MS).toISOString();
const signedIn = (): Response =>
  json({ session_id: "s", id: "op-1", role: "operator", expires_at: inMinutes(600), renew_by: inMinutes(15), is_current: true });

beforeEach(() => {
  vi.useFakeTimers();
  [answers, asked] = [{}, []];
  session.value = { kind: "unknown" };
  vi.stubGlobal("navigator", { locks: new FakeLocks(), onLine: true });
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const what = `${init.method ?? "GET"} ${url}`;
    asked.push(what);
    const answer = answers[what]?.shift()?.() ?? problem("unauthenticated", 401);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  return { promise: new Promise<void>((done) => (resolve = done)), resolve: () => resolve() };
}

const settled = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

test("whoever has a session is signed in", async () => {
  answers["GET /v1/session"] = [signedIn];

  await startSession();

  expect(session.value.kind === "signed-in" && session.value.session.id).toBe("op-1");
});

test("whoever has none is signed out, after one attempt to renew it", async () => {
  await startSession();

  expect(session.value.kind).toBe("signed-out");
  expect(asked).toEqual(["GET /v1/session", "POST /v1/session/renew"]);
});

test("a browser without a cookie asks for no renewal: the page opens one round trip earlier", async () => {
  const nothing = (): Response => problem("unauthenticated", 401, {}, { "WWW-Authenticate": "Bearer" });
  answers["GET /v1/session"] = [nothing, nothing];
  await startSession();
  expect([session.value.kind, asked]).toEqual(["signed-out", ["GET /v1/session"]]);

  // Told late: somebody has signed in meanwhile.
  answers["POST /v1/session/exchange"] = [signedIn];
  answers["POST /v1/session/renew"] = [signedIn];
  await signIn("x");
  await readSession();

  expect(session.value.kind).not.toBe("unknown");
  expect(asked).toContain("POST /v1/session/renew");
});

test("the session is renewed before it must be", async () => {
  answers["GET /v1/session"] = [signedIn];
  answers["POST /v1/session/renew"] = [signedIn, signedIn];
  await startSession();

  await settled(10 * MINUTE_MS + 1000);

  expect(asked).toContain("POST /v1/session/renew");
});

test("a renewal that nobody answers logs nobody out, and is tried again", async () => {
  answers["GET /v1/session"] = [signedIn];
  answers["POST /v1/session/renew"] = [() => new TypeError("network"), () => new TypeError("network"), signedIn];
  await startSession();

  await settled(12 * MINUTE_MS);

  expect(session.value.kind).toBe("signed-in");
  expect(asked.filter((one) => one.includes("renew")).length).toBeGreaterThanOrEqual(3);
});

test("without an answer at the start nothing is claimed", async () => {
  answers["GET /v1/session"] = Array.from({ length: 4 }, () => () => new TypeError("network"));

  const starting = startSession();
  await settled(10_000);
  await starting;

  expect([session.value.kind, sessionProblem.value?.code]).toEqual(["unknown", "no_answer"]);
});

test("a spent code is told, and nobody is signed in", async () => {
  answers["POST /v1/session/exchange"] = [() => problem("code_refused", 403)];

  expect((await signIn("x"))?.code).toBe("code_refused");
  expect(session.value.kind).toBe("unknown");
});

test("a refusal that was asked for before signing in does not sign the new session out", async () => {
  const ended = deferred();
  answers["GET /v1/session"] = [signedIn];
  answers["POST /v1/session/exchange"] = [of("op-1", "s-2", "operator")];
  await startSession();
  const fetched = fetch;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (url === "/v1/session/renew") await ended.promise;
    return fetched(url, init);
  });
  const read = ask("get", "/v1/session", {});
  await vi.waitFor(() => expect(asked).toHaveLength(2));

  await signIn("x");
  ended.resolve();
  await read;

  expect(session.value.kind === "signed-in" && session.value.session.session_id).toBe("s-2");
});

test("a reading of the session that was asked for before signing in does not either", async () => {
  const ended = deferred();
  answers["POST /v1/session/exchange"] = [signedIn];
  answers["POST /v1/session/renew"] = [signedIn];
  const fetched = fetch;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (url === "/v1/session") await ended.promise;
    return fetched(url, init);
  });
  const reading = readSession();

  await signIn("x");
  ended.resolve();
  await reading;

  expect(session.value.kind).toBe("signed-in");
});

test("signing out ends the session", async () => {
  answers["POST /v1/session/exchange"] = [signedIn];
  answers["DELETE /v1/session"] = [() => new Response(null, { status: 204 })];
  await signIn("x");

  expect(await signOut()).toBe(null);
  expect(session.value.kind).toBe("signed-out");
});

test("the code is in the fragment", () => {
  location.hash = "#code=ab-C_1";
  expect(codeInAddress()).toBe("ab-C_1");
  location.hash = "";
  expect(codeInAddress()).toBe(null);
});

const of = (id: string, session_id: string, role = "volunteer") => (): Response =>
  json({ session_id, id, role, expires_at: inMinutes(600), renew_by: inMinutes(15), is_current: true });
const otherSession = (): Response => problem("other_session", 409);

test("who signs in in another tab is known here at once", async () => {
  answers["GET /v1/session"] = [of("v-1", "s-1"), of("op-1", "s-2", "operator")];
  await startSession();
  const elsewhere = new BroadcastChannel("komek-session");

  elsewhere.postMessage("s-2");

  await vi.waitFor(() => expect(session.value.kind === "signed-in" && session.value.session.id).toBe("op-1"));
  elsewhere.close();
});

test("a page names its session, and is never repeated under the session of somebody else", async () => {
  const named: (string | undefined)[] = [];
  const fetched = fetch;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    if (url.includes("/v1/offers")) named.push((init.headers as Record<string, string>)["Komek-Session"]);
    return fetched(url, init);
  });
  answers["GET /v1/session"] = [of("v-1", "s-1"), of("v-2", "s-2")];
  answers["POST /v1/offers/o-1/accept"] = [otherSession];
  await startSession();

  const answer = await ask("post", "/v1/offers/{offer_id}/accept", { path: { offer_id: "o-1" }, body: {}, repeats: 0 });

  expect(!answer.ok && answer.problem.code).toBe("other_session");
  expect(session.value.kind === "signed-in" && session.value.session.id).toBe("v-2");
  expect(named).toEqual(["s-1"]);
});

test("a person who has only signed in again goes on with their new session", async () => {
  answers["GET /v1/session"] = [of("v-1", "s-1"), of("v-1", "s-2")];
  answers["POST /v1/offers/o-1/accept"] = [otherSession, () => json({})];
  await startSession();

  const answer = await ask("post", "/v1/offers/{offer_id}/accept", { path: { offer_id: "o-1" }, body: {}, repeats: 0 });

  expect(answer.ok).toBe(true);
});
