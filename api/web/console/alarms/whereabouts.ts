// Where a person in danger was last seen. Their incident stands where they were sent to, which may be far from them.
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { now } from "../../shared/clock";
import { centreOf } from "../detail/centre";
import { distanceM } from "../map/distance";
import { f } from "../say";
import type { Incident } from "../state";
import { t } from "../text";

/** Every reading is audited, and a person is driven no faster than this. */
const READ_EVERY_MS = 15_000;
/** Within it the place of the incident says the same. */
const BESIDE_M = 100;

/** The incident of a danger, read anew while it is shown: no event tells that the person has moved. */
export function useDanger(id: string | null): Incident | null {
  const [incident, setIncident] = useState<Incident | null>(null);
  useEffect(() => {
    setIncident(null);
    if (id === null) return;
    const cut = new AbortController();
    const read = async (): Promise<void> => {
      const answer = await ask("get", "/v1/incidents/{incident_id}", { path: { incident_id: id }, signal: cut.signal });
      if (answer.ok && !cut.signal.aborted) setIncident(answer.data);
    };
    void read();
    const timer = setInterval(() => void (document.visibilityState === "visible" && read()), READ_EVERY_MS);
    return () => {
      clearInterval(timer);
      cut.abort();
    };
  }, [id]);
  return incident;
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
