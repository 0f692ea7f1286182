// Digital work: the question, the original, the time left, and the form of its kind. What others found comes after one's own answer.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { secondsUntil } from "../../shared/clock";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { languageName } from "../../shared/language_name";
import { type ResultBody, checkIn, decline, submit } from "../answers";
import type { Offer, Standing } from "../jobs";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { OutboxList } from "../parts/outbox_list";
import { t } from "../text";
import { outcomeWord } from "../words";
import { WorkTitle } from "./offer";

type Task = NonNullable<Offer["task"]>;
/** What an outcome needs beside itself. The API refuses the rest. */
const NEEDS: Readonly<Partial<Record<string, "text" | "location" | "incident_id">>> = {
  located: "location",
  mapped: "location",
  duplicate: "incident_id",
  done: "text",
};

interface Draft {
  readonly outcome: string;
  readonly text: string;
  readonly place: string;
  readonly incident: string;
}
const EMPTY: Draft = { outcome: "", text: "", place: "", incident: "" };

export function DigitalScreen({ offer, standing }: { offer: Offer; standing: Standing }) {
  const { own } = t();
  const task = offer.task ?? null;
  if (task === null) return null;
  const lease = task.lease_expires_at;
  return (
    <article class="screen" data-offer={offer.id} data-state={standing.state}>
      <Head><WorkTitle offer={offer} /></Head>
      {lease !== null && (
        <section class="lease">
          <p><span class="label">{own.digital.lease}</span> <b>{formats(language.value).clockwork(Math.max(0, secondsUntil(lease)))}</b></p>
          <button type="button" class="button" data-action="check-in" onClick={() => void checkIn(offer)}>{own.digital.more}</button>
        </section>
      )}
      {!standing.isConfirmed && <p class="band doubt"><Icon of="clock" /><span class="unsure">{t().common.outbox.unconfirmed}</span></p>}
      <section class="task">
        <h1>{task.question}</h1>
        <Original task={task} />
      </section>
      <ResultForm offer={offer} task={task} />
    </article>
  );
}

function Original({ task }: { task: Task }) {
  const { own } = t();
  const { material } = task;
  return (
    <>
      {material.description != null && (
        <>
          <p class="label">{material.language === null ? own.digital.originalOnly : own.digital.original(languageName(material.language))}</p>
          <blockquote lang={material.language ?? undefined} dir="auto">{material.description}</blockquote>
        </>
      )}
      {material.address != null && <p dir="auto"><span class="label">{own.work.address}</span> {material.address}</p>}
      {material.caller?.phone != null && (
        <p>
          <a class="button" href={`tel:${material.caller.phone.replace(/[^\d+]/g, "")}`}><Icon of="phone" />{own.work.call(material.caller.phone)}</a>
        </p>
      )}
    </>
  );
}

function ResultForm({ offer, task }: { offer: Offer; task: Task }) {
  const { own, common } = t();
  const kept = `komek-draft-${offer.id}`;
  const draft = useSignal<Draft>(draftOf(kept));
  const fault = useSignal<string | null>(null);
  const change = (part: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...part };
    fault.value = null;
    keepDraft(kept, draft.value);
  };
  const only = task.outcomes.length === 1 ? (task.outcomes[0] ?? "") : "";
  useEffect(() => {
    if (only !== "" && draft.value.outcome === "") change({ outcome: only });
  }, [only]);
  const { outcome } = draft.value;
  const needs = NEEDS[outcome];
  const send = (): void => {
    const result = resultOf(draft.value);
    if (typeof result === "string") {
      fault.value = result === "place" ? own.digital.placeBad : own.digital.missing;
      return;
    }
    void submit(offer, result).then(() => keepDraft(kept, null));
  };
  return (
    <form
      class="result grow"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <fieldset>
        <legend>{own.digital.outcome}</legend>
        <div class="votes">
          {task.outcomes.map((one) => (
            <label key={one} class={outcome === one ? "vote picked" : "vote"}>
              <input type="radio" name="outcome" data-field="outcome" value={one} checked={outcome === one} onChange={() => change({ outcome: one })} />
              {outcomeWord(one)}
            </label>
          ))}
        </div>
      </fieldset>
      {needs === "location" && (
        <label>
          {own.digital.place}
          <input class="field" data-field="location" inputMode="text" autocomplete="off" value={draft.value.place} onInput={(event) => change({ place: event.currentTarget.value })} />
        </label>
      )}
      {needs === "incident_id" && (
        <label>
          {own.digital.incident}
          <input class="field" data-field="incident_id" autocomplete="off" value={draft.value.incident} onInput={(event) => change({ incident: event.currentTarget.value })} />
        </label>
      )}
      <label>
        {needs === "text" ? own.digital.text : own.digital.textOptional}
        <textarea class="field" data-field="text" rows={4} dir="auto" value={draft.value.text} onInput={(event) => change({ text: event.currentTarget.value })} />
      </label>
      <p class="label">{own.digital.drafted}</p>
      {fault.value !== null && <p class="fault" role="alert">{fault.value}</p>}
      <OutboxList about={offer.id} />
      <div class="thumb">
        <div class="answers">
          <button type="submit" class="answer main" data-action="submit-result">{own.digital.send}</button>
          <button type="button" class="answer" data-action="skip" onClick={() => void decline(offer)}>{own.offer.skip}</button>
        </div>
      </div>
      <p class="label">{common.emergency}</p>
    </form>
  );
}

/** The result that the form describes, or the part that is missing. */
export function resultOf(draft: Draft): ResultBody | "outcome" | "place" | "text" {
  const { outcome, text } = draft;
  if (outcome === "") return "outcome";
  const said = text.trim() === "" ? {} : { text: text.trim() };
  const needs = NEEDS[outcome];
  if (needs === "text" && text.trim() === "") return "text";
  if (needs === "location") {
    const spot = spotIn(draft.place);
    return spot === null ? "place" : ({ outcome, ...said, location: { type: "Point", coordinates: spot } } as ResultBody);
  }
  if (needs === "incident_id") {
    const id = draft.incident.trim();
    return id === "" ? "text" : ({ outcome, ...said, incident_id: id } as ResultBody);
  }
  return { outcome, ...said } as ResultBody;
}

/** `latitude, longitude` as people write it; [lon, lat] for GeoJSON. The order is never guessed. */
export function spotIn(text: string): [number, number] | null {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (found === null) return null;
  const [lat, lon] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lon, lat] : null;
}

function draftOf(key: string): Draft {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return typeof found === "object" && found !== null ? { ...EMPTY, ...found } : EMPTY;
  } catch {
    return EMPTY;
  }
}

function keepDraft(key: string, draft: Draft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Storage is denied: the text lasts until the page is closed.
  }
}
