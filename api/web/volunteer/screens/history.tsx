// What the person was asked, what they did, and what became of it. Nobody else sees it, and nothing is scored.
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { type Offer, isEnded } from "../jobs";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { Tabs } from "../parts/tabs";
import { offers } from "../state";
import { t } from "../text";
import { skillWord, stateWord, taskWord, typeWord } from "../words";

export function History() {
  const { own } = t();
  const f = formats(language.value);
  const past = offers.value.filter((offer) => isEnded(offer.state));
  const days = new Map<string, Offer[]>();
  for (const offer of past) {
    const day = f.day(offer.created_at);
    days.set(day, [...(days.get(day) ?? []), offer]);
  }
  return (
    <>
      <Head><h1>{own.tabs.history}</h1></Head>
      {past.length === 0 && <p class="calm">{own.history.none}</p>}
      {[...days].map(([day, list]) => (
        <section key={day}>
          <h2 class="day">{day}</h2>
          {list.map((offer) => <Row key={offer.id} offer={offer} />)}
        </section>
      ))}
      <p class="band quiet"><span>{own.history.private}</span></p>
      <div class="grow" />
      <div class="thumb tall"><Tabs /></div>
    </>
  );
}

function Row({ offer }: { offer: Offer }) {
  const { history } = t().own;
  const f = formats(language.value);
  const status = offer.incident.status;
  const fate = status === "closed" ? history.closed : status === "cancelled" ? history.cancelled : history.open;
  return (
    <article class="past-offer" data-offer={offer.id} data-state={offer.state}>
      <p>
        <strong>{offer.task ? taskWord(offer.task.kind) : skillWord(offer.skill)}, {typeWord(offer.incident.type)}</strong>
        <time dateTime={offer.created_at}>{f.time(offer.created_at)}</time>
      </p>
      <p class="more">{stateWord(offer.state)}</p>
      <p class={status === "closed" ? "fate" : "fate open"}><Icon of={status === "closed" ? "check" : "clock"} /><span>{fate}</span></p>
    </article>
  );
}
