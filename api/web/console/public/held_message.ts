// The message from the public that a report is made of: others see that it is worked on while the form is open, and no longer.
import { ask } from "../../shared/api_client";
import type { Problem } from "../../shared/problem";

/** The operator's hold lasts five minutes (DESIGN 265). */
export const HOLD_AGAIN_MS = 120_000;

/** Why the report cannot settle the message any more: somebody else works on it or has settled it, or it is no longer kept. */
export function isLostBy(problem: Problem): boolean {
  return (problem.code === "conflict" && problem.params["state"] !== undefined) || problem.code === "not_found";
}

export async function holdMessage(id: string): Promise<Problem | null> {
  const answer = await ask("post", "/v1/conversations/{conversation_id}/take", { path: { conversation_id: id } });
  return answer.ok || !isLostBy(answer.problem) ? null : answer.problem;
}

/** Without an answer it is free again once the hold has ended. */
export function giveBackMessage(id: string): void {
  void ask("post", "/v1/conversations/{conversation_id}/give-back", { path: { conversation_id: id } });
}
