// Where a person in danger was last seen. Their incident stands where they were sent to, which may be far from them.
import { ask } from "../../shared/api_client";
import { now } from "../../shared/clock";
import { useReadAgain } from "../../shared/read_again";
import { centreOf } from "../detail/centre";
import { distanceM } from "../map/distance";
import { f } from "../say";
import type { Incident } from "../state";
import { t } from "../text";

/** Within it the place of the incident says the same. */
const BESIDE_M = 100;

/** The incident of a danger, read anew while it is shown: no event tells that the person has moved. */
export function useDanger(id: string | null): Incident | null {
  return useReadAgain(id, readIncident);
}

async function readIncident(incident_id: string, signal: AbortSignal): Promise<Incident | null> {
  const answer = await ask("get", "/v1/incidents/{incident_id}", { path: { incident_id }, signal });
  return answer.ok ? answer.data : null;
}

/** How old and how exact their place is, and how far from the incident's; nothing where nobody is in danger. */
export function whereabouts(of: Incident | null, person = of?.person): string {
  const text = t().own.desk.alarms;
  if (of === null || person == null) return "";
  if (person.place === null || person.seen_at === null) return text.noFix;
  const age = f().duration((now.value - Date.parse(person.seen_at)) / 1000);
  const said = text.fix(age, person.accuracy_m === null ? null : f().distance(person.accuracy_m));
  const sentTo = centreOf(of.location);
  const awayM = sentTo === null ? 0 : distanceM(person.place, sentTo);
  return awayM <= BESIDE_M ? said : `${said}, ${text.away(f().distance(awayM))}`;
}
