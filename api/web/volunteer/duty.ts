// Duty: on or off at once, or a problem that is shown. Never queued: a duty that begins an hour later would be untrue.
import { signal } from "@preact/signals";
import { ask } from "../shared/api_client";
import { serverNow } from "../shared/clock";
import type { Problem } from "../shared/problem";
import { load, profile } from "./state";

export const isChanging = signal(false);
export const dutyProblem = signal<Problem | null>(null);
const HOUR_MS = 3_600_000;

/** `hours` null: without an end. Shown at once, and corrected by the profile that is loaded afterwards. Resolves to whether it is so now. */
export async function setDuty(id: string, isOn: boolean, hours: number | null = null): Promise<boolean> {
  if (isChanging.value) return false;
  isChanging.value = true;
  const until = isOn && hours !== null ? new Date(serverNow() + hours * HOUR_MS).toISOString() : null;
  const answer = await ask("put", "/v1/volunteers/{volunteer_id}/duty", {
    path: { volunteer_id: id },
    body: until === null ? { on_duty: isOn } : { on_duty: isOn, until },
  });
  isChanging.value = false;
  dutyProblem.value = answer.ok ? null : answer.problem;
  if (!answer.ok) return false;
  if (profile.value !== null) profile.value = { ...profile.value, on_duty: isOn, duty_until: until };
  void load(id);
  return true;
}

/** Adds an hour to the end that stands. */
export function extendDuty(id: string): Promise<boolean> {
  const until = profile.value?.duty_until;
  const leftMs = until == null ? 0 : Math.max(0, Date.parse(until) - serverNow());
  return setDuty(id, true, leftMs / HOUR_MS + 1);
}
