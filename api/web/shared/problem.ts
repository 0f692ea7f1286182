// Why a request failed, as a stable code with parameters. Pages translate the code; texts of the server are English and not shown.
import type { components } from "./api";

type ProblemShown = components["schemas"]["ProblemShown"];

/** Codes of our own, for failures that no server answered. */
export type LocalCode = "offline" | "no_answer";

export interface Problem {
  readonly code: string;
  /** 0 without an answer. */
  readonly status: number;
  readonly params: Readonly<Partial<ProblemShown>>;
  readonly retryAfterMs: number | null;
  /** Whether a repeat with the same key may succeed without anybody changing anything. */
  readonly mayRepeat: boolean;
  /** A 401 that saw no credentials at all: there is no session that could be renewed. */
  readonly isAnonymous?: boolean;
}

const REPEATED = new Set([
  "unknown_outcome",
  "overloaded",
  "waited_too_long",
  "picture_unavailable",
  "log_unavailable",
  "audit_unavailable",
  "key_missing",
  "too_many_requests",
  "request_timeout",
]);

export function localProblem(code: LocalCode): Problem {
  return { code, status: 0, params: {}, retryAfterMs: null, mayRepeat: true };
}

/** The problem of an answer that is not 2xx, also where a proxy wrote it and not the API. */
export async function problemOf(answer: Response): Promise<Problem> {
  const params = await body(answer);
  const seconds = Number(answer.headers.get("Retry-After") ?? NaN);
  const code = params.code ?? (answer.status >= 500 ? "no_answer" : "internal");
  return {
    code,
    status: answer.status,
    params,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
    mayRepeat: REPEATED.has(code) || [502, 503, 504].includes(answer.status),
    isAnonymous: answer.headers.get("WWW-Authenticate") === "Bearer",
  };
}

async function body(answer: Response): Promise<Partial<ProblemShown>> {
  try {
    const told: unknown = await answer.json();
    return typeof told === "object" && told !== null ? (told as Partial<ProblemShown>) : {};
  } catch {
    return {};
  }
}
