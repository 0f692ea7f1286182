// A problem in the reader's language, by its code. An unknown code is shown as it is: it helps whoever is asked.
import type { Problem } from "../problem";
import { texts } from "../text";

/** Codes that name the state of something, and the one that says the same of all of them. A code's own sentence comes first. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^incident_(closed|cancelled)$/, "incident_ended"],
  [/^target_(closed|cancelled|merged)$/, "target_ended"],
  [/^(target_merging|merging_itself)$/, "already_merging"],
  [/^(void|already_given|(offer|already)_(declined|done|expired|stood_down|void|withdrawn))$/, "offer_ended"],
  [/^(offer|already)_(offered|accepted|en_route|on_scene)$/, "conflict"],
  [/^(unknown_\w+|target_unknown|no_such_report|offer_no_longer_kept)$/, "not_found"],
];

/** The sentence of a code; undefined when there is none. */
export function sentenceOfCode(code: string): string | undefined {
  const known: Readonly<Partial<Record<string, string>>> = texts().words.problems;
  return known[code] ?? known[FAMILIES.find(([of]) => of.test(code))?.[1] ?? ""];
}

export function sentenceOf(problem: Problem): string {
  // A refusal is no fault of the server, and says which rule it was to whoever is asked.
  const kind = problem.status === 409 ? "conflict" : problem.status >= 400 && problem.status < 500 ? "invalid" : "internal";
  return sentenceOfCode(problem.code) ?? `${texts().words.problems[kind]} (${problem.code})`;
}

export function ProblemText({ of }: { of: Problem | null }) {
  return of === null ? null : <p class="fault" role="alert">{sentenceOf(of)}</p>;
}
