// Requests to the public API. Every failure is a value, not an exception: a page must show each.
import { computed, signal } from "@preact/signals";
import { language } from "./language";
import { noteServerDate } from "./clock";
import { type Problem, localProblem, problemOf } from "./problem";
import type { Answer, Method, PathWith, Wanted } from "./api_types";

export type Result<T> =
  | { readonly ok: true; readonly data: T; readonly status: number; readonly etag: string | null }
  | { readonly ok: false; readonly problem: Problem };

/** `session.ts` sets it: tries to renew the session, or finds out whose it is now. True: the request may be repeated. */
export type OnUnauthenticated = (problem: Problem) => Promise<boolean>;

const SESSION = "/v1/session";
const WITHIN_MS = 15_000;
const REPEATS = 3;
const FIRST_PAUSE_MS = 400;
let onUnauthenticated: OnUnauthenticated = () => Promise.resolve(false);

export function setOnUnauthenticated(action: OnUnauthenticated): void {
  onUnauthenticated = action;
}

/** The session for which this page speaks. The server refuses what would leave under the cookie of another. */
let bound: Readonly<Record<string, string>> = {};

export function bindTo(sessionId: string | null | undefined): void {
  bound = sessionId == null ? {} : { "Komek-Session": sessionId };
}

export const boundHeader = (): Readonly<Record<string, string>> => bound;

const waitedFor = signal(0);
/** Somebody waits for what they have just sent. */
export const isSending = computed(() => waitedFor.value > 0);
/** Not as a reading: an effect that sends something must not run again because it was sent. */
const count = (change: number): void => void (waitedFor.value = waitedFor.peek() + change);
/** Sent by the page of itself. */
const UNASKED = /\/(presence|preview|assistant\/report|seen|location|give-back)$/;

/** A key for one intention of a person. */
export function freshKey(): string {
  return crypto.randomUUID();
}

/** Instead of a session: a link that opens one offer. */
export const linkHeader = (token: string): { Authorization: string } => ({ Authorization: `Offer-Link ${token}` });

/**
 * One request. Reads, and writes under their key, are repeated while the outcome is unknown or the server is busy; a 401 renews the
 * session once, and a session that another tab has replaced is read again. Gives the problem when that did not help; nothing that was typed is lost, because nothing is unmounted here.
 */
export async function ask<M extends Method, P extends PathWith<M>>(
  method: M,
  path: P,
  wanted: Wanted<P, M>,
): Promise<Result<Answer<P, M>>> {
  const given = wanted as Given;
  const request = requestOf(method, String(path), given);
  return send<Answer<P, M>>(request, given.signal, given.repeats);
}

interface Given {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly repeats?: number;
}

export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

function requestOf(method: string, path: string, given: Given): PlainRequest {
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given.path?.[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null) query.append(name, String(one));
  }
  const isWrite = method !== "get";
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language.value };
  if (given.body !== undefined) headers["Content-Type"] = "application/json";
  if (isWrite) headers["Idempotency-Key"] = given.key ?? freshKey();
  return {
    method: method.toUpperCase(),
    url: query.size > 0 ? `${url}?${query}` : url,
    headers: { ...headers, ...given.headers },
    body: given.body === undefined ? null : JSON.stringify(given.body),
  };
}

/** As `ask`, for a request that is already written down, as the outbox keeps them. */
export async function send<T>(request: PlainRequest, signal?: AbortSignal, repeats = REPEATS): Promise<Result<T>> {
  let mayRenew = true;
  // Of the moment in which it was said: a repeat must not go under the session of somebody who came meanwhile.
  // The question whose session it is names none.
  let headers = request.url === SESSION && request.method === "GET" ? request.headers : { ...bound, ...request.headers };
  for (let failures = 0; ; ) {
    const result = await once<T>({ ...request, headers }, signal);
    if (result.ok || signal?.aborted) return result;
    if (isOfAnother(result.problem)) {
      if (mayRenew && (await onUnauthenticated(result.problem))) {
        mayRenew = false;
        if (result.problem.status !== 401) headers = { ...headers, ...bound };
        continue;
      }
      return result;
    }
    failures += 1;
    if (!result.problem.mayRepeat || failures > repeats) return result;
    await pause(result.problem.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (failures - 1) * (0.5 + Math.random()), signal);
  }
}

/** Nothing was done: the browser has no valid session, or that of another. */
export function isOfAnother({ status, code }: Problem): boolean {
  return status === 401 || code === "other_session";
}

async function once<T>(request: PlainRequest, signal?: AbortSignal): Promise<Result<T>> {
  const sentMs = Date.now();
  const isWaitedFor = request.method !== "GET" && !UNASKED.test(request.url);
  if (isWaitedFor) count(1);
  const ends = AbortSignal.timeout(WITHIN_MS);
  try {
    const answer = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: signal ? AbortSignal.any([signal, ends]) : ends,
    });
    noteServerDate(answer.headers.get("Date"), sentMs, Date.now());
    if (!answer.ok) return { ok: false, problem: await problemOf(answer) };
    const data = answer.status === 204 ? null : await answer.json();
    return { ok: true, data: data as T, status: answer.status, etag: answer.headers.get("ETag") };
  } catch {
    return { ok: false, problem: localProblem(navigator.onLine ? "no_answer" : "offline") };
  } finally {
    if (isWaitedFor) count(-1);
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });
}
