// How right hints have been, as people judged them, for one kind of work and language; what too few answers say is told so.
import type { components } from "../../shared/api";

export type TaskStanding = components["schemas"]["TaskStanding"];

/** Answers from which on a share of them says something: with ten it is right to some thirty points. */
export const LEAST_ANSWERS = 10;

/** Something is known of it: judged, or the assistant itself has gone to the shadow. */
export const isKnown = (one: TaskStanding): boolean => one.language !== null && (one.judged > 0 || one.reason !== null);

/** How often wrong hints are repeated more by people who saw them, in points; null: too few answers to tell. */
export function biasOf(one: TaskStanding): number | null {
  const isEnough = Math.min(one.wrong_shown, one.wrong_hidden) >= LEAST_ANSWERS;
  return one.automation_bias === null || !isEnough ? null : pointsOf(one.automation_bias);
}

/** Right where nobody had seen the hint; null: too few to tell. */
export const hiddenOf = (one: TaskStanding): TaskStanding["hidden"] | null => (one.hidden.judged < LEAST_ANSWERS ? null : one.hidden);

/** How far stated probabilities are off, in points; null: too few to tell. */
export const miscalibrationOf = (one: TaskStanding): number | null => (one.calibration_error === null || one.judged < one.enough ? null : pointsOf(one.calibration_error));

/** How much better the newest are than those before, in points; null: too few to tell. */
export const driftOf = (one: TaskStanding): number | null => (one.drift === null ? null : pointsOf(one.drift));

const pointsOf = (share: number): number => Math.round(share * 100);
