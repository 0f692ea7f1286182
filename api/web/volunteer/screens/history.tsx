// What the person was asked, what they did, and what became of it. Nobody else sees it, and nothing is scored.
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { ENDS, stateWord } from "../ends";
import { type Danger, type Offer, dangersOf, isEnded } from "../jobs";
import { dangerText } from "../parts/danger_line";
import { Fate } from "../parts/fate";
import { Head } from "../parts/head";
import { Tabs } from "../parts/tabs";
import { items, offers } from "../state";
import { t } from "../text";
import { skillWord, taskWord, typeWord } from "../words";
import { TEXTS } from "./past_text";
import "./past.css";

export async function loadHistory() {
  await Promise.all([TEXTS.load(), ENDS.load()]);
  return History;
}

function History() {
  const { own } = t();
  const { history } = TEXTS.read();
  const f = formats(language.value);
  const past = offers.value.filter((offer) => isEnded(offer.state));
  const dangers = dangersOf(offers.value, items.value);
  const rows: readonly Entry[] = [...past.map((offer) => ({ at: offer.created_at, offer })), ...dangers.map((danger) => ({ at: danger.at, danger }))];
  const days = new Map<string, Entry[]>();
  for (const row of [...rows].sort((one, other) => Date.parse(other.at) - Date.parse(one.at))) {
    const day = f.day(row.at);
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  return (
    <>
      <Head><h1>{own.tabs.history}</h1></Head>
      {rows.length === 0 && <p class="calm">{history.none}</p>}
      {[...days].map(([day, list]) => (
        <section key={day}>
          <h2 class="day">{day}</h2>
          {list.map((row) => ("offer" in row ? <Row key={row.offer.id} offer={row.offer} /> : <Signal key={row.at} of={row.danger} />))}
        </section>
      ))}
      <p class="band quiet"><span>{history.private}</span></p>
      <div class="grow" />
      <div class="thumb tall"><Tabs /></div>
    </>
  );
}

type Entry = { readonly at: string } & ({ readonly offer: Offer } | { readonly danger: Danger });

function Signal({ of }: { of: Danger }) {
  return <article class="past-offer"><p><strong>{dangerText(of)}</strong></p></article>;
}

function Row({ offer }: { offer: Offer }) {
  const f = formats(language.value);
  return (
    <article class="past-offer" data-offer={offer.id} data-state={offer.state}>
      <p>
        <strong>{offer.task ? taskWord(offer.task.kind) : skillWord(offer.skill)}, {typeWord(offer.incident.type)}</strong>
        <time dateTime={offer.created_at}>{f.time(offer.created_at)}</time>
      </p>
      <p class="more">{stateWord(offer.state)}</p>
      <Fate of={offer} />
    </article>
  );
}
