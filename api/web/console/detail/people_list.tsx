// Everybody who takes part or was asked, with what is due next, and the orders about each.
import { signal } from "@preact/signals";
import { now } from "../../shared/clock";
import { StateSign } from "../parts";
import { declineWord, f, noticeWord, offerWord, outcomeWord, shortSkill, skillWord, wayWord } from "../say";
import type { Incident, Offer } from "../state";
import { t } from "../text";
import { nameById } from "../people/names";
import { isSaidOfPerson } from "./attention_lines";
import { type OfferOrder, aboutOffer, isBusy } from "./orders";
import { arrangedPeople, dueOf, endedPeople, isLive, signOf, troubleOf } from "./people";

/** The request whose orders are shown. */
const openOffer = signal<string | null>(null);

export function People({ of }: { of: Incident }) {
  const text = t().own.case;
  const [live, ended] = [arrangedPeople(of.offers), endedPeople(of.offers)];
  const skillOf = (offer: Offer): string => of.requirements.find((need) => need.id === offer.requirement_id)?.skill ?? "";
  return (
    <section class="sec">
      <h3>{text.peopleTitle}</h3>
      {of.offers.length === 0 && <p class="q">{text.nobodyAsked}</p>}
      <ul class="lines people">{live.map((offer) => <Person key={offer.id} offer={offer} skill={skillOf(offer)} isSaid={isSaidOfPerson(of, offer.id)} />)}</ul>
      {ended.length > 0 && (
        <details class="ended">
          <summary>{text.endedRequests(ended.length)}</summary>
          <ul class="lines people">{ended.map((offer) => <Person key={offer.id} offer={offer} skill={skillOf(offer)} isSaid={isSaidOfPerson(of, offer.id)} />)}</ul>
        </details>
      )}
    </section>
  );
}

interface PersonProps {
  readonly offer: Offer;
  /** As the API names it. */
  readonly skill: string;
  /** What is wrong stands at the top already: here the mark and the state. */
  readonly isSaid: boolean;
}

function Person({ offer, skill, isSaid }: PersonProps) {
  const isOpen = openOffer.value === offer.id;
  const trouble = troubleOf(offer);
  return (
    <li data-offer={offer.id} data-state={offer.state}>
      <button type="button" class="person" aria-expanded={isOpen} disabled={!isLive(offer)} onClick={() => (openOffer.value = isOpen ? null : offer.id)}>
        <StateSign of={signOf(offer)} />
        <b class="clip" title={offer.volunteer_id}>{nameById(offer.volunteer_id)}</b>
        <span class="clip" title={skillWord(skill)}>{shortSkill(skill)}</span>
        <span class={trouble === null ? "q" : "bad"}>{standing(offer, isSaid)}</span>
        <Figure offer={offer} />
      </button>
      {isLive(offer) && offer.state === "offered" && <Reach of={offer} />}
      {isOpen && isLive(offer) && <OfferOrders offer={offer} />}
    </li>
  );
}

/** What became of the notices, by each way: whom nobody could reach must be seen while there is time. */
function Reach({ of }: { of: Offer }) {
  const ways = of.reach ?? [];
  if (ways.length === 0) return null;
  const isLost = ways.every((one) => one.outcome === "failed");
  const said = ways.map((one) => `${wayWord(one.way)}: ${noticeWord(one.outcome)}`).join(", ");
  return <p class={isLost ? "reach bad" : "reach q"} data-reach={isLost ? "failed" : "sent"}>{said}</p>;
}

/** The state, or what is wrong, then how far. */
function standing(offer: Offer, isSaid: boolean): string {
  const text = t().own.case;
  const trouble = troubleOf(offer);
  if (trouble !== null && !isSaid) return { distress: text.inDanger, overdue: text.overdue, change: text.changeOpen }[trouble];
  if (offer.result !== null) return text.result(outcomeWord(offer.result.outcome));
  const parts = [offerWord(offer.state)];
  if (offer.state === "declined" && offer.reason !== null) parts.push(declineWord(offer.reason));
  if (offer.distance_m !== null && isLive(offer) && offer.state !== "on_scene") parts.push(f().distance(offer.distance_m));
  if (offer.source === "operator") parts.push(text.byHand);
  return parts.join(", ");
}

function Figure({ offer }: { offer: Offer }) {
  const due = dueOf(offer);
  if (due !== null) return <span class="r live">{f().clockwork((Date.parse(due) - now.value) / 1000)}</span>;
  if ((offer.state === "accepted" || offer.state === "en_route") && offer.eta_s !== null) return <span class="r live">{f().duration(offer.eta_s)}</span>;
  return <span class="r q">{isLive(offer) ? "" : f().time(offer.changed_at)}</span>;
}

function OfferOrders({ offer }: { offer: Offer }) {
  const text = t().own.case.offer;
  const labels: Readonly<Record<OfferOrder, string>> = {
    accept: text.accepted,
    decline: text.declined,
    en_route: text.enRoute,
    on_scene: text.onScene,
    done: text.done,
    check_in: text.safe,
    remind: text.remind,
    withdraw: text.withdraw,
  };
  const said = saidBy(offer);
  const button = (order: OfferOrder) => (
    <button type="button" class="btn" key={order} data-order={order} disabled={isBusy.value} onClick={() => void aboutOffer(offer.id, order)}>
      {labels[order]}
    </button>
  );
  return (
    <div class="offer-orders" role="group" aria-label={text.open(nameById(offer.volunteer_id))}>
      {said.length > 0 && <span class="q">{text.heard}</span>}
      {said.map(button)}
      <span class="gap" />
      {offer.state === "offered" && button("remind")}
      {button("withdraw")}
    </div>
  );
}

/** What a person in this state may have said by phone. */
function saidBy(offer: Offer): OfferOrder[] {
  // Digital work ends by a result, which only the person's own page can give.
  if (offer.lease_expires_at !== null && offer.state !== "offered") return ["decline"];
  if (offer.state === "offered") return ["accept", "decline"];
  if (offer.state === "accepted") return ["en_route", "on_scene", "decline"];
  if (offer.state === "en_route") return ["on_scene", "check_in", "decline"];
  return ["done", "check_in"];
}
