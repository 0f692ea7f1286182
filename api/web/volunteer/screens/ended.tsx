// How an offer ended that the person did not end: told once, with thanks.
import { draftOf, keepDraft } from "../drafts";
import type { Offer, Standing } from "../jobs";
import { Head } from "../parts/head";
import { seen } from "../state";
import { t } from "../text";
import { WorkTitle } from "./offer";

export function EndedScreen({ offer, standing }: { offer: Offer; standing: Standing }) {
  const { ended } = t().own;
  const state = standing.state === "expired" || standing.state === "withdrawn" ? standing.state : "stood_down";
  // Work that was held, and whose time has passed: what was typed is still the person's.
  const isLease = state === "expired" && offer.accepted_at !== null;
  const typed = isLease ? draftOf(offer.id) : null;
  const text = [typed?.place, typed?.text].filter((part) => part).join("\n");
  return (
    <article class="screen" data-offer={offer.id} data-state={standing.state}>
      <Head><WorkTitle offer={offer} /></Head>
      <section class="calm grow" role="status">
        <h1>{isLease ? ended.lease : ended[state]}</h1>
        <p class="more">{state === "expired" ? ended.expiredMore : ended.thanks}</p>
        {text !== "" && <><p class="label">{ended.typed}</p><blockquote dir="auto">{text}</blockquote></>}
      </section>
      <div class="thumb">
        <button type="button" class="answer main" data-action="seen" onClick={() => {
          keepDraft(offer.id, null);
          seen(offer);
        }}>{ended.ok}</button>
      </div>
    </article>
  );
}
