// Why it was not saved, and whether sending again is safe.
import { sentenceOf } from "../../shared/parts/problem_text";
import { calledById, numberById } from "../queue/called";
import { t } from "../text";
import type { FormState } from "./form_state";

export function Outcome({ of }: { of: FormState }) {
  const problem = of.problem.value;
  const text = t().own.report;
  if (of.stored.value !== null) {
    return <p class="report-outcome fault" role="alert" data-stored={of.stored.value}>{text.restNotSaved(numberById(of.stored.value))}</p>;
  }
  const lost = of.lost.value;
  if (lost !== null) {
    const { by, incident_id } = lost.params;
    const known = [by, incident_id == null ? null : calledById(incident_id)].filter(Boolean).join(", ");
    return <p class="report-outcome fault" role="alert" data-lost>{text.messageLost(known)}</p>;
  }
  if (problem === null) return null;
  const isOther = problem.code === "idempotency_key_reused";
  return (
    <div class="report-outcome" role="alert">
      <p class="fault">{isOther ? text.notThisOne : sentenceOf(problem)}</p>
      {problem.mayRepeat && <p class="quiet">{text.again}</p>}
    </div>
  );
}
