// A person in danger or overdue: the only full-width filled band. It takes neither focus nor selection.
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { attentionWord, f, typeWord } from "../say";
import { attentionLines } from "../detail/attention_lines";
import { nameIn, nameOf } from "../people/names";
import { numberById } from "../queue/called";
import { type Incident, rows, select } from "../state";
import { t } from "../text";
import { isSilent } from "./answers";
import { acknowledgeFirst, inDanger, nextSoundAtMs } from "./center";
import { HeardBy } from "./heard_by";
import { isArmed } from "./sounds";
import { useDanger, whereabouts } from "./whereabouts";

/** Opens what the band is about. */
export function showDistress(): void {
  const first = inDanger.value[0];
  if (first !== undefined) select(first.incidentId);
}

export function DistressBand() {
  const first = inDanger.value[0];
  const incident = useDanger(first?.incidentId ?? null);
  if (first === undefined) return null;
  const text = t().own.desk.alarms;
  const others = inDanger.value.length - 1;
  // It stays until the person is safe: heard is not handled.
  const isHeard = isSilent(first.key, now.value);
  const clock = (ms: number): string => f().clockwork(Math.max(0, Math.floor(ms / 1000)));
  const again = nextSoundAtMs.value === null ? "" : text.again(clock(nextSoundAtMs.value - now.value));
  const safeAt = rows.value.get(first.incidentId)?.said_safe_at;
  // What they say now goes before what they said when they called.
  const [about, place, said] = [title(incident, first.incidentId, first.reason), whereabouts(incident), safeAt == null ? words(incident) : t().own.case.safeSaid(f().time(safeAt))];
  return (
    <div class={isHeard ? "distress-band is-heard" : "distress-band"} role={isHeard ? "status" : "alert"} aria-relevant="additions" data-alarm={first.incidentId}>
      <svg class="octagon" viewBox="0 0 44 44" aria-hidden="true">
        <path d="M14 3h16l11 11v16L30 41H14L3 30V14Z" /><path class="ink" d="M20 11h4v15h-4zM20 30h4v4h-4z" />
      </svg>
      <div class="what">
        <strong>{first.reason === "distress" ? text.distress : text.overdue}</strong>
        <span aria-hidden="true">{text.since(clock(now.value - first.sinceMs))}{isHeard ? "" : `, ${isArmed.value ? again : text.silent}`}</span>
      </div>
      <div class="who">
        <p class="clip" title={`${about}. ${place}`}><b>{about}</b> {place}</p>
        <span class="clip" title={said}>{said}</span>
      </div>
      {others > 0 && <span>{text.more(others)}</span>}
      <button type="button" class="btn" aria-keyshortcuts="o" onClick={showDistress}>{text.show} <KeyCap of="O" /></button>
      {isHeard ? <HeardBy of={first.key} /> : (
        <button type="button" class="btn ack" data-action="acknowledge" aria-keyshortcuts="a" onClick={acknowledgeFirst}>
          {text.acknowledge} <KeyCap of="A" />
        </button>
      )}
    </div>
  );
}

function title(incident: Incident | null, id: string, reason: string | null): string {
  const row = rows.value.get(id);
  if (incident?.person != null) return t().own.desk.alarms.at(nameOf(incident.person), numberById(incident.parent_id ?? id));
  const said = reason === null || reason === "distress" ? typeWord(row?.type ?? "distress") : attentionWord(reason);
  const people = incident === null ? [] : attentionLines(incident).find((one) => one.reason === reason)?.people ?? [];
  if (people.length === 0) return `${numberById(id)}, ${said}`;
  const named = t().own.desk.alarms.at(people.map((one) => nameIn(incident ?? undefined, one)).join(", "), numberById(id));
  return reason === "distress" ? named : `${named}: ${said}`;
}

/** The person's own words. Those of another incident are its caller's, not theirs. */
function words(incident: Incident | null): string {
  return incident?.person != null && incident.description ? `«${incident.description}»` : "";
}
