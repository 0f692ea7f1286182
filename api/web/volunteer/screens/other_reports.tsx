// Which other report tells of the same event: those that the rules or the assistant named, one to a line, or a number that an
// operator has told. Of another incident a volunteer may know how far and how long apart it is, not what it says.
import { MadeBy } from "../../shared/assistant/mark";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { hintsOf } from "../assisted";
import type { Draft } from "../drafts";
import type { Offer } from "../jobs";
import { TEXTS } from "../map/text";

type Task = NonNullable<Offer["task"]>;
type Other = NonNullable<Task["others"]>[number];
interface Choice {
  readonly id: string;
  /** Null: only the assistant has named it. */
  readonly other: Other | null;
  readonly hint: string | null;
}

/** Likeliest first; each incident once. An offer that an older server told has none. */
export function choicesOf(task: Task): Choice[] {
  const named = hintsOf(task).flatMap(({ id, kind, value }) => (kind === "similar" && typeof value["incident_id"] === "string" ? [{ id: value["incident_id"], hint: id }] : []));
  const others = (task.others ?? []).map((other) => ({ id: other.incident_id, other, hint: named.find(({ id }) => id === other.incident_id)?.hint ?? null }));
  return [...others, ...named.filter(({ id }) => !others.some((one) => one.id === id)).map((one) => ({ ...one, other: null }))];
}

/** The name of a report among the choices; empty for one that is not among them. */
export function reportName(task: Task, incident: string): string {
  const at = choicesOf(task).findIndex(({ id }) => id === incident);
  return at < 0 ? "" : TEXTS.read().digital.report(formats(language.value).number(at + 1));
}

export function OtherReports({ task, draft, change }: { readonly task: Task; readonly draft: Draft; change(part: Partial<Draft>): void }) {
  const texts = TEXTS.read().digital;
  const choices = choicesOf(task);
  const isTyped = draft.incident !== "" && !choices.some(({ id }) => id === draft.incident);
  const choose = ({ id, hint }: Choice): void => change({ incident: id, assisted: hint === null ? draft.assisted : [...new Set([...draft.assisted, hint])] });
  return (
    <fieldset class="other-reports">
      <legend>{texts.which}</legend>
      {choices.map((one) => (
        <label key={one.id} class={draft.incident === one.id ? "choice picked" : "choice"} data-choice={one.id}>
          <input type="radio" name="other" data-field="other" value={one.id} checked={draft.incident === one.id} onChange={() => choose(one)} />
          <span>
            <strong>{reportName(task, one.id)}</strong> {one.hint !== null && <MadeBy />}
            {one.other !== null && <span class="label">{saidOfOther(one.other)}</span>}
          </span>
        </label>
      ))}
      <label class="told">
        {choices.length === 0 ? texts.incident : texts.another}
        <input class="field" data-field="incident_id" autocomplete="off" value={choices.length === 0 || isTyped ? draft.incident : ""} onInput={(event) => change({ incident: event.currentTarget.value })} />
      </label>
    </fieldset>
  );
}

function saidOfOther({ distance_m, apart_s, same_type, likeness }: Other): string {
  const [texts, f] = [TEXTS.read().digital, formats(language.value)];
  return [
    distance_m === null ? texts.noPlace : distance_m === 0 ? texts.samePlace : texts.away(f.distance(distance_m)),
    apart_s === 0 ? texts.sameTime : texts.apart(f.duration(apart_s)),
    same_type ? texts.sameType : texts.otherType,
    texts.alike(f.percent(likeness)),
  ].join(" · ");
}
