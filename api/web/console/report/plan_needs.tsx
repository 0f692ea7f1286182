// Whom the response plan asks for, before the report is saved.
import { t } from "../text";
import type { FormState } from "./form_state";

export function PlanNeeds({ of }: { of: FormState }) {
  const { type, priority } = of.draft.value;
  const plan = of.types.value.find((one) => one.type === type);
  if (plan === undefined) return null;
  const { own, words } = t();
  const urgency = priority ?? plan.priority;
  const lines = plan.lines.filter((one) => one.level === 1 && one.priorities.includes(urgency));
  const skills: Readonly<Partial<Record<string, string>>> = words.skills;
  return (
    <section class="report-needs" aria-label={own.report.whom}>
      <p class="report-label">{own.report.whom}</p>
      <ul>
        {lines.map((one) => (
          <li key={one.id}>
            <span>{skills[one.skill] ?? one.skill} <b>{one.count}</b></span>
            <span class="quiet">{words.capabilities[one.capability]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
