// How an offer ended that the person did not end: told once, with thanks.
import type { Offer, Standing } from "../jobs";
import { Head } from "../parts/head";
import { seen } from "../state";
import { t } from "../text";
import { WorkTitle } from "./offer";

export function EndedScreen({ offer, standing }: { offer: Offer; standing: Standing }) {
  const { ended } = t().own;
  const state = standing.state === "expired" || standing.state === "withdrawn" ? standing.state : "stood_down";
  return (
    <article class="screen" data-offer={offer.id} data-state={standing.state}>
      <Head><WorkTitle offer={offer} /></Head>
      <section class="calm grow" role="status">
        <h1>{ended[state]}</h1>
        <p class="more">{state === "expired" ? ended.expiredMore : ended.thanks}</p>
      </section>
      <div class="thumb">
        <button type="button" class="answer main" data-action="seen" onClick={() => seen(offer)}>{ended.ok}</button>
      </div>
    </article>
  );
}
