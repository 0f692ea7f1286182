// Orders about entries of a list. A second press while its answer is on its way would add or send it twice.
import { useRef, useState } from "preact/hooks";
import type { Result } from "../../shared/api_client";
import { sentenceOf } from "../../shared/parts/problem_text";
import type { Problem } from "../../shared/problem";
import { calledById } from "../queue/called";
import { t } from "../text";
import { PUBLIC } from "./list_texts";

export interface Running {
  /** What became of the last order, or that one is on its way. */
  readonly said: string;
  /** Runs an order about an entry, unless the same one runs. */
  run(order: string, id: string, what: () => Promise<void>): void;
  tell(answer: Result<unknown>, sentence: string): void;
}

export function useRunning(onStart: () => void): Running {
  const running = useRef(new Set<string>());
  const [said, setSaid] = useState<() => string>(() => () => "");
  const [isSending, setIsSending] = useState(false);
  const run = (order: string, id: string, what: () => Promise<void>): void => {
    const name = `${order} ${id}`;
    if (running.current.has(name)) return;
    running.current.add(name);
    setIsSending(true);
    // Now, and not with the answer: another choice may be open by then.
    onStart();
    void what().finally(() => {
      running.current.delete(name);
      setIsSending(running.current.size > 0);
    });
  };
  // On a slow network the answer takes seconds: the key is seen to have worked before.
  const shown = isSending ? t().common.sending : said();
  // An incident that is named may be known a moment later.
  return { said: shown, run, tell: (answer, sentence) => setSaid(() => (answer.ok ? () => sentence : () => refusalOf(answer.problem))) };
}

function refusalOf(problem: Problem): string {
  const text = PUBLIC.read();
  const { state, by, incident_id } = problem.params;
  if (problem.code === "conflict" && state === "taken") return text.away(by ?? "");
  if (problem.code !== "conflict" || state !== "ended") return sentenceOf(problem);
  return [text.ended, by, incident_id == null ? "" : calledById(incident_id)].filter(Boolean).join(", ");
}
