// Who has heard an alarm, and when.
import { now } from "../../shared/clock";
import { f, problemWord } from "../say";
import { t } from "../text";
import { heard, isOnlyHere, isSilent, wasOver } from "./answers";
import { alarmsOf } from "./center";

/** Nothing while nobody has. */
export function HeardBy({ of }: { of: string }) {
  const text = t().own.desk.alarms;
  const answer = heard.value.get(of);
  if (answer?.acked_by == null || answer.at === null) return isSilent(of, now.value) ? <span class="heard">{text.heardHere}</span> : null;
  const isOver = answer.shelved_until !== null && now.value >= Date.parse(answer.shelved_until);
  if (isOver) return null;
  const said = answer.shelved_until === null ? text.heard(answer.acked_by, f().time(answer.at)) : text.shelved(answer.acked_by, f().time(answer.shelved_until));
  return <span class="heard" data-heard={of}>{said}</span>;
}

/** In the detail, for whoever comes later. */
export function HeardAlarms({ incidentId }: { incidentId: string }) {
  const found = alarmsOf(incidentId).filter((one) => heard.value.has(one.key));
  return <>{found.map((one) => <p key={one.key} class="fact q"><HeardBy of={one.key} /></p>)}</>;
}

export function OnlyHere() {
  if (wasOver.value) return <p class="only-here" role="status" data-was-over>{problemWord("alarm_not_standing")}</p>;
  if (!isOnlyHere.value) return null;
  return <p class="only-here" role="status" data-only-here>{t().own.desk.alarms.onlyHere}</p>;
}
