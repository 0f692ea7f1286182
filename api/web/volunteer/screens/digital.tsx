// Digital work: the question, the original, the time left, and the form of its kind. What others found comes after one's own answer.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Span, piecesOf } from "../../shared/assistant/spans";
import { HINTS } from "../../shared/assistant/texts";
import { secondsUntil } from "../../shared/clock";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { languageName } from "../../shared/language_name";
import { type ResultBody, checkIn, decline, submit } from "../answers";
import { assistanceOf, hintsOf, sentWith, spotOfHint } from "../assisted";
import { ENDS, outcomeWord } from "../ends";
import { type Draft, draftOf, keepDraft } from "../drafts";
import type { Offer, Standing } from "../jobs";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { OutboxList } from "../parts/outbox_list";
import { spotOf } from "../geometry";
import { PlaceField } from "../map/place_field";
import { TEXTS } from "../map/text";
import { geometryOf } from "../map/written";
import { t } from "../text";
import { WorkTitle } from "./offer";
import { OtherReports } from "./other_reports";
import { WorkHints, saidOf } from "./work_hints";
import { WORK } from "./work_text";
import "./digital.css";

type Task = NonNullable<Offer["task"]>;
/** What an outcome needs beside itself. The API refuses the rest. */
const NEEDS: Readonly<Partial<Record<string, "text" | "location" | "incident_id">>> = {
  located: "location",
  mapped: "location",
  duplicate: "incident_id",
  done: "text",
};

export async function loadDigital() {
  await Promise.all([TEXTS.load(), WORK.load(), ENDS.load(), HINTS.load()]);
  return DigitalScreen;
}

function DigitalScreen({ offer, standing }: { offer: Offer; standing: Standing }) {
  const task = offer.task ?? null;
  if (task === null) return null;
  const lease = task.lease_expires_at;
  const looked = useSignal<readonly Span[]>([]);
  return (
    <article class="screen" data-offer={offer.id} data-state={standing.state}>
      <Head><WorkTitle offer={offer} /></Head>
      {lease !== null && <Lease offer={offer} until={lease} />}
      {standing.waiting !== null && <p class="band doubt"><Icon of="clock" /><span class="unsure">{t().own.outbox.since(standing.waiting.tapped_at)}</span></p>}
      <section class="task">
        <h1>{task.question}</h1>
        <Original task={task} looked={looked.value} />
      </section>
      <ResultForm offer={offer} task={task} looked={looked} />
    </article>
  );
}

/** How long the work is held, as figures and as a bar. After its end the page says so and locks nothing: the text is still theirs. */
function Lease({ offer, until }: { offer: Offer; until: string }) {
  const { digital } = TEXTS.read();
  const left = secondsUntil(until);
  const whole = useSignal({ until, s: left });
  // Each extension begins a new whole.
  if (whole.value.until !== until) whole.value = { until, s: left };
  const isOver = left <= 0;
  return (
    <section class={isOver ? "lease over" : "lease"} data-lease={isOver ? "over" : "held"}>
      <p role={isOver ? "alert" : undefined}>
        {isOver ? digital.over : <><b>{formats(language.value).clockwork(left)}</b> <span class="label">{digital.lease}</span></>}
      </p>
      <button type="button" class="button" data-action="check-in" onClick={() => void checkIn(offer)}>{digital.more}</button>
      <progress aria-hidden="true" max={Math.max(1, whole.value.s)} value={Math.max(0, left)} />
    </section>
  );
}

/** With the words that hints rest on; with those of one hint while somebody looks at it. */
function Original({ task, looked }: { task: Task; looked: readonly Span[] }) {
  const { work } = WORK.read();
  const { digital } = TEXTS.read();
  const { material } = task;
  const spans = looked.length > 0 ? looked : hintsOf(task).flatMap((one) => one.spans);
  return (
    <>
      {material.description != null && (
        <>
          <p class="label">{material.language === null ? digital.originalOnly : digital.original(languageName(material.language))}</p>
          <blockquote class={looked.length > 0 ? "is-looked" : undefined} lang={material.language ?? undefined} dir="auto">
            {piecesOf(material.description, spans).map((one, at) => (one.isMarked ? <mark key={at}>{one.text}</mark> : one.text))}
          </blockquote>
        </>
      )}
      {material.address != null && <p dir="auto"><span class="label">{work.address}</span> {material.address}</p>}
      {material.caller?.phone != null && (
        <p>
          <a class="button" href={`tel:${material.caller.phone.replace(/[^\d+]/g, "")}`}><Icon of="phone" />{work.call(material.caller.phone)}</a>
        </p>
      )}
    </>
  );
}

function ResultForm({ offer, task, looked }: { offer: Offer; task: Task; looked: Signal<readonly Span[]> }) {
  const { own, common } = t();
  const places = TEXTS.read();
  const draft = useSignal<Draft>(draftOf(offer.id));
  const fault = useSignal<string | null>(null);
  const change = (part: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...part };
    fault.value = null;
    keepDraft(offer.id, draft.value);
  };
  const only = task.outcomes.length === 1 ? (task.outcomes[0] ?? "") : "";
  useEffect(() => {
    if (only !== "" && draft.value.outcome === "") change({ outcome: only });
  }, [only]);
  const { outcome } = draft.value;
  const needs = NEEDS[outcome];
  const send = (): void => {
    const result = resultOf(draft.value, assistanceOf(task, draft.value, (hint) => saidOf(hint, task)));
    if (typeof result === "string") {
      fault.value = result === "place" ? places.bad : result === "area" ? places.badArea : places.digital.missing;
      return;
    }
    void submit(offer, result).then(() => keepDraft(offer.id, null));
  };
  return (
    <form
      class="result grow"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <WorkHints task={task} incident={offer.incident_id} draft={draft.value} looked={looked} change={change} />
      <fieldset>
        <legend>{places.digital.outcome}</legend>
        <div class="votes">
          {inOrder(task.outcomes).map((one) => (
            <label key={one} class={outcome === one ? "vote picked" : "vote"}>
              <input type="radio" name="outcome" data-field="outcome" value={one} checked={outcome === one} onChange={() => change({ outcome: one })} />
              <span>{outcomeWord(one)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {needs === "location" && (
        <PlaceField
          isMany={outcome === "mapped"}
          value={draft.value.place}
          near={spotOf(task.material.location ?? offer.area)}
          suggested={hintsOf(task).flatMap((one) => spotOfHint(one) ?? [])}
          onChange={(place) => change({ place })}
        />
      )}
      {needs === "incident_id" && (
        <OtherReports task={task} draft={draft.value} change={change} />
      )}
      <label>
        {needs === "text" ? places.digital.text : places.digital.textOptional}
        <textarea class="field" data-field="text" rows={4} dir="auto" value={draft.value.text} onInput={(event) => change({ text: event.currentTarget.value })} />
      </label>
      <p class="label">{places.digital.drafted}</p>
      {fault.value !== null && <p class="fault" role="alert">{fault.value}</p>}
      <OutboxList about={offer.id} />
      <div class="thumb">
        <div class="answers">
          <button type="submit" class="answer main" data-action="submit-result">{places.digital.send}</button>
          <button type="button" class="answer" data-action="skip" onClick={() => void decline(offer)}>{own.offer.skip}</button>
        </div>
      </div>
      <p class="label">{common.emergency}</p>
    </form>
  );
}

/** What was found stands before what was not, whatever order the server has. */
const ORDER: readonly string[] = ["confirmed", "reached", "located", "mapped", "duplicate", "done", "false", "not_reached", "not_found", "none", "unclear"];

export function inOrder(outcomes: readonly string[]): string[] {
  const place = (one: string): number => (ORDER.includes(one) ? ORDER.indexOf(one) : ORDER.length);
  return [...outcomes].sort((one, other) => place(one) - place(other));
}

/** The result that the form describes, or the part that is missing. */
export function resultOf(draft: Draft, assisted: readonly string[] | null = null): ResultBody | "outcome" | "place" | "area" | "text" {
  const { outcome, text } = draft;
  if (outcome === "") return "outcome";
  const said = { ...(text.trim() === "" ? {} : { text: text.trim() }), ...sentWith(assisted) };
  const needs = NEEDS[outcome];
  if (needs === "text" && text.trim() === "") return "text";
  if (needs === "location") {
    const location = geometryOf(draft.place);
    if (location === "few" || (outcome === "located" && typeof location !== "string" && location.type !== "Point")) return outcome === "located" ? "place" : "area";
    return location === "bad" ? "place" : ({ outcome, ...said, location } as ResultBody);
  }
  if (needs === "incident_id") {
    const id = draft.incident.trim();
    return id === "" ? "text" : ({ outcome, ...said, incident_id: id } as ResultBody);
  }
  return { outcome, ...said } as ResultBody;
}
