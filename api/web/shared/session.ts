// Who is signed in. Renews the session before it must, once for all tabs; a lost answer logs nobody out.
import { signal } from "@preact/signals";
import { ask, bindTo, setOnUnauthenticated } from "./api_client";
import type { components } from "./api";
import { serverNow } from "./clock";
import type { Problem } from "./problem";

export type Session = components["schemas"]["SessionShown"];
export type SessionState =
  | { readonly kind: "unknown" }
  | { readonly kind: "signed-out" }
  | { readonly kind: "signed-in"; readonly session: Session };

export const session = signal<SessionState>({ kind: "unknown" });
/** Why the session is not known; null when it is. */
export const sessionProblem = signal<Problem | null>(null);

const RENEW_BEFORE_MS = 5 * 60_000;
const LEAST_PAUSE_MS = 15_000;
/** Both pages of a browser share its cookie: each tells the others whose it is now. */
const channel = new BroadcastChannel("komek-session");
let timer: ReturnType<typeof setTimeout> | null = null;

/** Reads the session, and renews it as long as the page is open. */
export async function startSession(): Promise<void> {
  // Without a cookie at the start there is nothing to renew. Later its absence is told late: somebody may have signed in meanwhile.
  setOnUnauthenticated(async ({ isAnonymous, code }) => {
    if (code === "other_session") return isSamePerson();
    return (!isAnonymous || session.value.kind !== "unknown") && renewed();
  });
  channel.onmessage = ({ data }) => void (data !== sessionId() && readSession());
  // A page that was frozen has heard nothing.
  document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && sessionId() !== null && readSession()));
  await readSession();
}

export async function readSession(): Promise<void> {
  const before = session.peek();
  const answer = await ask("get", "/v1/session", {});
  if (hasSignedInSince(before)) return;
  if (answer.ok) signedIn(answer.data);
  else failed(answer.problem);
}

/** Spends a one-time code. Call it from a tap only: a preview of the link must not spend it. */
export async function signIn(code: string): Promise<Problem | null> {
  const answer = await ask("post", "/v1/session/exchange", { body: { code } });
  if (!answer.ok) return answer.problem;
  signedIn(answer.data);
  return null;
}

export async function signOut(): Promise<Problem | null> {
  const answer = await ask("delete", "/v1/session", {});
  if (!answer.ok && answer.problem.status !== 401) return answer.problem;
  signedOut();
  return null;
}

/** The code in the fragment of the address, which is never sent to a server. */
export function codeInAddress(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("code");
}

/** A spent code must not stay in the history. */
export function forgetCode(): void {
  history.replaceState(null, "", location.pathname + location.search);
}

/** Of who is signed in; null: nobody, or it is not known. */
function sessionId(): string | null {
  return session.value.kind === "signed-in" ? session.value.session.session_id : null;
}

/** Reads whose session it is now. True: the person has only signed in again. */
async function isSamePerson(): Promise<boolean> {
  const before = session.value;
  await readSession();
  const after = session.value;
  return before.kind === "signed-in" && after.kind === "signed-in" && before.session.id === after.session.id && before.session.role === after.session.role;
}

function signedIn(found: Session): void {
  const isNews = session.value.kind !== "unknown" && found.session_id !== sessionId();
  bindTo(found.session_id);
  session.value = { kind: "signed-in", session: found };
  if (isNews) channel.postMessage(found.session_id);
  sessionProblem.value = null;
  if (found.renew_by == null) return stopRenewing();
  again(Math.max(LEAST_PAUSE_MS, Date.parse(found.renew_by) - serverNow() - RENEW_BEFORE_MS));
}

/** One timer, whatever failed meanwhile: requests that are refused renew as well. */
function again(inMs: number): void {
  stopRenewing();
  timer = setTimeout(() => void renewed(), inMs);
}

function stopRenewing(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
}

function signedOut(): void {
  stopRenewing();
  const isNews = sessionId() !== null;
  bindTo(null);
  session.value = { kind: "signed-out" };
  if (isNews) channel.postMessage(null);
  sessionProblem.value = null;
}

/** An answer to what was asked before says nothing of whoever is here now: it would sign them out again. */
function hasSignedInSince(before: SessionState): boolean {
  return session.value !== before && session.value.kind === "signed-in";
}

function failed(problem: Problem): void {
  if (problem.status === 401) signedOut();
  else sessionProblem.value = problem;
}

let renewing: Promise<boolean> | null = null;

/** Renews the session, once at a time. False when it has ended, or nobody answered. */
function renewed(): Promise<boolean> {
  renewing ??= renew().finally(() => (renewing = null));
  return renewing;
}

async function renew(): Promise<boolean> {
  // Tabs take turns. The server tolerates two renewals within a minute, not an old cookie after that.
  return navigator.locks.request("komek-session", async () => {
    const before = session.peek();
    const answer = await fetch("/v1/session/renew", { method: "POST", headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) {
      signedIn((await answer.json()) as Session);
      return true;
    }
    if (hasSignedInSince(before)) return true;
    if (answer?.status === 401 || answer?.status === 403) signedOut();
    // The cookie can be renewed after its end: a network that is away for an hour logs nobody out.
    else again(LEAST_PAUSE_MS);
    return false;
  });
}
