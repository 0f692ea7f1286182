// A problem in the reader's language, by its code. An unknown code is shown as it is: it helps whoever is asked.
import type { Problem } from "../problem";
import { texts } from "../text";

export function sentenceOf(problem: Problem): string {
  const known: Readonly<Partial<Record<string, string>>> = texts().words.problems;
  return known[problem.code] ?? `${texts().words.problems.internal} (${problem.code})`;
}

export function ProblemText({ of }: { of: Problem | null }) {
  return of === null ? null : <p class="fault" role="alert">{sentenceOf(of)}</p>;
}
