// What hints of the assistant have changed in digital work, from the decisions. Pure.
import type { Decision } from "../state";

export type HintEffect = "disagrees" | "counted";

/** The newest effect; null: hints have changed nothing. */
export function effectOfHints(decisions: readonly Decision[], requirement: string): HintEffect | null {
  let found: HintEffect | null = null;
  for (const decision of decisions) {
    for (const event of decision.events as readonly Readonly<Record<string, unknown>>[]) {
      if (event["requirement_id"] !== requirement) continue;
      if (event["kind"] === "answer_wanted" && event["reason"] === "hint_disagrees") found = "disagrees";
      if (event["kind"] === "work_settled" && event["hint_id"] != null) found = "counted";
    }
  }
  return found;
}
