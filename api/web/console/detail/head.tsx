// What and where: the mark, the type as the title, the age, the place.
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { Severity } from "../../shared/parts/severity";
import { nameAt } from "../queue/place_text";
import { numberOf } from "../queue/number";
import { ageLook } from "../queue/order";
import { certaintyWord, coordinates, f, fieldWord, statusWord, typeWord } from "../say";
import { isOver, type Incident, rows } from "../state";
import { t } from "../text";
import { HeardAlarms } from "../alarms/heard_by";
import { useDanger, whereabouts } from "../alarms/whereabouts";
import { nameOf } from "../people/names";
import { centreOf } from "./centre";
import { colleagues } from "./colleagues";

export function Head({ of }: { of: Incident }) {
  const text = t().own.case;
  const row = rows.value.get(of.id);
  const ageS = Math.max(0, Math.floor((now.value - Date.parse(of.times.reported)) / 1000));
  const safeAt = row?.said_safe_at;
  const centre = centreOf(of.location);
  return (
    <header class="top-of-detail">
      <p class="id"><Severity of={of.priority} /> <b>{numberOf(of)}</b> <span class="q" title={statusWord(of.status)}>{statusWord(of.status)}</span></p>
      <h2>{typeWord(of.type)}</h2>
      {of.exercise && <p class="fact" data-exercise><b class="drill">{t().common.exercise}</b> {t().own.desk.head.drill}</p>}
      <AlsoHere />
      {isOver(of) ? (
        <p class="ended-at">{of.times.closed === null ? "" : f().dayTime(of.times.closed)}</p>
      ) : (
        <p class="big">
          <span class={`age live ${row === undefined ? "plain" : ageLook(row, ageS)}`}>{f().clockwork(ageS)}</span>
          <span class="q">{text.since(f().exactTime(of.times.reported))}</span>
        </p>
      )}
      <p class="fact">{centre === null ? text.noPlace : (nameAt(centre) ?? coordinates(centre))}{of.location !== null && of.location.type !== "Point" && <span>, {text.area}</span>}</p>
      {centre !== null && nameAt(centre) !== null && <p class="fact q">{coordinates(centre)}</p>}
      {of.address && <p class="fact q">{text.address}: <span dir="auto">{of.address}</span></p>}
      {of.person != null && <InDanger key={of.id} of={of} />}
      {safeAt != null && <p class="fact" data-safe-said><b>{text.safeSaid(f().time(safeAt))}</b></p>}
      <p class="fact q">
        {[
          of.alarm_level > 1 ? text.level(of.alarm_level) : "",
          of.certainty === "unconfirmed" ? "" : certaintyWord(of.certainty),
          (of.warned ?? []).length > 0 ? text.events.warned((of.warned ?? []).length) : "",
        ].filter(Boolean).join(", ")}
      </p>
      {row?.ready_to_close === true && <p class="fact" data-ready>{text.ready} <KeyCap of="C" /></p>}
      <HeardAlarms incidentId={of.id} />
    </header>
  );
}

/** Whose danger it is, also by merges, and where they are now: `of` is read anew with its events alone. */
function InDanger({ of }: { of: Incident }) {
  const latest = useDanger(isOver(of) ? null : of.id) ?? of;
  const people = latest.person == null ? [] : [latest.person, ...(latest.others_in_distress ?? [])];
  return (
    <>
      {people.map((one) => (
        <p key={one.volunteer_id} class="fact" data-whereabouts={one.volunteer_id}>
          <span class="danger" title={one.volunteer_id}>{t().own.case.distressOf(nameOf(one))}</span>{" "}
          {!isOver(of) && [whereabouts(latest, one), ...(one.place === null ? [] : [coordinates(one.place)])].join(": ")}
        </p>
      ))}
    </>
  );
}

/** Who else looks at it, and which field they change. Never in the way: it is no lock. */
function AlsoHere() {
  const text = t().own.case.here;
  if (colleagues.value.length === 0) return null;
  const said = colleagues.value.map((one) =>
    one.doing === "editing" ? `${one.label} (${one.field === null ? text.edits : text.editsField(fieldWord(one.field))})` : one.label,
  );
  return <p class="fact also-here" data-also-here>{text.also(said.join(", "))}</p>;
}
