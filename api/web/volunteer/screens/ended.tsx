// How offers ended that the person did not end: told once, with thanks. Several are told together, and one tap is enough.
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { draftOf, keepDraft } from "../drafts";
import type { Job, Offer } from "../jobs";
import { Head } from "../parts/head";
import { seen } from "../state";
import { skillWord, taskWord, typeWord } from "../words";
import { WorkTitle } from "./offer";
import { TEXTS } from "./past_text";
import "./past.css";

export async function loadEnded() {
  await TEXTS.load();
  return EndedScreen;
}

function EndedScreen({ ended: jobs }: { ended: readonly Job[] }) {
  const { ended } = TEXTS.read();
  const [only] = jobs;
  if (only === undefined) return null;
  const isOne = jobs.length === 1;
  const close = (): void => {
    for (const { offer } of jobs) keepDraft(offer.id, null);
    seen(jobs.map(({ offer }) => offer));
  };
  return (
    <div class="screen">
      <Head>{isOne ? <WorkTitle offer={only.offer} /> : <h1>{ended.several(jobs.length)}</h1>}</Head>
      <section class={isOne ? "calm grow" : "grow"} role="status">{jobs.map((job) => <End key={job.offer.id} {...job} isOne={isOne} />)}</section>
      <div class="thumb">
        <button type="button" class="answer main" data-action="seen" onClick={close}>{ended.ok}</button>
      </div>
    </div>
  );
}

function End({ offer, standing, isOne }: Job & { isOne: boolean }) {
  const { ended } = TEXTS.read();
  const state = standing.state === "expired" || standing.state === "withdrawn" ? standing.state : "stood_down";
  // Work that was held, and whose time has passed: what was typed is still the person's.
  const isLease = state === "expired" && offer.accepted_at !== null;
  const typed = isLease ? draftOf(offer.id) : null;
  const text = [typed?.place, typed?.text].filter((part) => part).join("\n");
  const says = isLease ? ended.lease : ended[state];
  return (
    <article class={isOne ? "" : "past-offer"} data-offer={offer.id} data-state={standing.state}>
      {isOne ? <h1>{says}</h1> : (
        <>
          <p><strong>{nameOf(offer)}</strong><time dateTime={offer.changed_at}>{formats(language.value).time(offer.changed_at)}</time></p>
          <p class="more">{says}</p>
        </>
      )}
      {isOne && <p class="more">{state === "expired" ? ended.expiredMore : ended.thanks}</p>}
      {text !== "" && <><p class="label">{ended.typed}</p><blockquote dir="auto">{text}</blockquote></>}
    </article>
  );
}

export function nameOf(offer: Offer): string {
  return `${offer.task ? taskWord(offer.task.kind) : skillWord(offer.skill)}, ${typeWord(offer.incident.type)}`;
}
