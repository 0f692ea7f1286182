// A problem in the reader's language, by its code. An unknown code is shown as it is: it helps whoever is asked.
import type { Problem } from "../problem";
import { texts } from "../text";

export function sentenceOf(problem: Problem): string {
  const known: Readonly<Partial<Record<string, string>>> = texts().words.problems;
  // A refusal is no fault of the server, and says which rule it was to whoever is asked.
  const kind = problem.status === 409 ? "conflict" : problem.status >= 400 && problem.status < 500 ? "invalid" : "internal";
  return known[problem.code] ?? `${texts().words.problems[kind]} (${problem.code})`;
}

export function ProblemText({ of }: { of: Problem | null }) {
  return of === null ? null : <p class="fault" role="alert">{sentenceOf(of)}</p>;
}
