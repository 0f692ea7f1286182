import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, setOnUnauthenticated } from "../../shared/api_client";
import { language } from "../../shared/language";
import { json, problem } from "../support/answers";

let answers: (() => Response | Error)[];
let sent: { url: string; init: RequestInit }[];

beforeEach(() => {
  vi.useFakeTimers();
  [answers, sent] = [[], []];
  setOnUnauthenticated(() => Promise.resolve(false));
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    sent.push({ url, init });
    const answer = answers.shift()?.() ?? json({});
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const header = (number: number, name: string): string | null => new Headers(sent[number]?.init.headers).get(name);

async function finished<T>(asking: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync();
  return asking;
}

test("path and query are encoded", async () => {
  await ask("get", "/v1/incidents/{incident_id}", { path: { incident_id: "a/b ю" } });
  await ask("get", "/v1/incidents", { query: { limit: 5 } });

  expect(sent.map((one) => one.url)).toEqual(["/v1/incidents/a%2Fb%20%D1%8E", "/v1/incidents?limit=5"]);
});

test("an unknown outcome is repeated under the same key", async () => {
  answers = [() => problem("unknown_outcome", 503), () => new TypeError("network"), () => json({ id: "i1" }, 202)];

  const result = await finished(ask("post", "/v1/session/exchange", { body: { code: "x" } }));

  expect(result.ok).toBe(true);
  expect(new Set([0, 1, 2].map((number) => header(number, "Idempotency-Key"))).size).toBe(1);
});

test("two intentions have two keys, and a given key is kept", async () => {
  await ask("post", "/v1/session/exchange", { body: { code: "x" } });
  await ask("post", "/v1/session/exchange", { body: { code: "x" } });
  await ask("post", "/v1/session/exchange", { body: { code: "x" }, key: "mine" });

  expect(header(0, "Idempotency-Key")).not.toBe(header(1, "Idempotency-Key"));
  expect(header(2, "Idempotency-Key")).toBe("mine");
});

test("a refusal is not repeated, and tells its code and parameters", async () => {
  answers = [() => problem("edit_conflict", 409, { conflicts: [{ field: "priority" }] })];

  const result = await finished(ask("get", "/v1/session", {}));

  expect(sent).toHaveLength(1);
  expect(result.ok ? null : [result.problem.code, result.problem.params.conflicts?.length]).toEqual(["edit_conflict", 1]);
});

test("what a proxy answers is a problem as well", async () => {
  answers = Array.from({ length: 4 }, () => () => new Response("<html>Bad gateway", { status: 502 }));

  const result = await finished(ask("get", "/v1/session", {}));

  expect(result.ok ? null : [result.problem.code, result.problem.status]).toEqual(["no_answer", 502]);
});

test("a 401 renews the session once and repeats the request", async () => {
  answers = [() => problem("unauthenticated", 401), () => json({ id: "op-1" })];
  setOnUnauthenticated(() => Promise.resolve(true));

  expect((await finished(ask("get", "/v1/session", {}))).ok).toBe(true);
});

test("a 401 that stays is given to the page", async () => {
  answers = [() => problem("unauthenticated", 401), () => problem("unauthenticated", 401)];
  setOnUnauthenticated(() => Promise.resolve(true));

  const result = await finished(ask("get", "/v1/session", {}));

  expect(result.ok ? null : result.problem.code).toBe("unauthenticated");
  expect(sent).toHaveLength(2);
});

test("without a network the problem says so", async () => {
  vi.stubGlobal("navigator", { onLine: false });
  answers = Array.from({ length: 4 }, () => () => new TypeError("network"));

  const result = await finished(ask("get", "/v1/session", {}));

  expect(result.ok ? null : result.problem.code).toBe("offline");
});

test("texts of the server are asked for in the language of the page", async () => {
  language.value = "ru";
  await ask("get", "/v1/session", {});

  expect(header(0, "Accept-Language")).toBe("ru");
});
