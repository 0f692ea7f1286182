// A drill that is begun from the console: the form of a report, marked as an exercise and filled with a sample that can be changed.
import { signal } from "@preact/signals";
import { language } from "../../shared/language";
import { lookedAt } from "../map/picking";
import { openReport } from "../queue/queue";
import { t } from "../text";
import { isEmpty } from "./draft";
import type { FormState } from "./form_state";

/** Somebody wants a drill, and the form has not taken it up yet. */
export const isDrillWanted = signal(false);
/** One person nearby is asked, by a type that every set of plans in use has; else the first type there is. */
const SAMPLE_TYPE = "medical.other";

export function openDrill(): void {
  isDrillWanted.value = true;
  openReport();
}

/** False: a report is being typed, which may be somebody's real call. It stays as it is. */
export async function fillDrill(of: FormState): Promise<boolean> {
  if (!isEmpty(of.draft.value)) return of.draft.value.exercise;
  of.change({ exercise: true, description: t().own.report.drill.sample, language: language.value });
  if (of.types.value.length === 0) await of.readTypes();
  const type = of.types.value.find((one) => one.type === SAMPLE_TYPE) ?? of.types.value[0];
  if (type !== undefined && of.draft.value.type === null) of.pickType(type.type);
  const middle = lookedAt();
  if (middle !== null && of.draft.value.place === null) await of.pickPoint(middle);
  return true;
}
