// Why it was not saved, and whether sending again is safe.
import { sentenceOf } from "../../shared/parts/problem_text";
import { t } from "../text";
import type { FormState } from "./form_state";

export function Outcome({ of }: { of: FormState }) {
  const problem = of.problem.value;
  if (problem === null) return null;
  const text = t().own.report;
  const isStored = problem.code === "idempotency_key_reused";
  return (
    <div class="report-outcome" role="alert">
      <p class="fault">{isStored ? text.storedBefore : sentenceOf(problem)}</p>
      {problem.mayRepeat && <p class="quiet">{text.again}</p>}
    </div>
  );
}
