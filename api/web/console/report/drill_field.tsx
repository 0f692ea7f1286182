// Whether the report is a drill. Last in the form: who reports an emergency never passes it by Tab before the fields.
import { deployment } from "../../shared/deployment";
import { t } from "../text";
import type { FormState } from "./form_state";

export function DrillField({ of }: { of: FormState }) {
  // There every report is one, whatever the form says.
  if (deployment.value?.exercise === true) return null;
  const text = t().own.report.drill;
  const isDrill = of.draft.value.exercise;
  return (
    <div class="report-part">
      <label class="choice">
        {/* What it was to be added to is a real incident, or was one. */}
        <input type="checkbox" data-field="exercise" checked={isDrill} onChange={(event) => of.change({ exercise: event.currentTarget.checked, joins: null })} />
        {text.field}
      </label>
      {isDrill && <p class="report-more">{text.more}</p>}
    </div>
  );
}
