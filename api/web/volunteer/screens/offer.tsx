// A request: everything that is known before the answer, the time left, and two answers under the thumb.
import { useSignal } from "@preact/signals";
import { Severity, SeverityShape } from "../../shared/parts/severity";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { languageName } from "../../shared/language_name";
import { accept, decline } from "../answers";
import { spotOf } from "../geometry";
import { type Offer, type Standing, isLate } from "../jobs";
import { Countdown } from "../parts/countdown";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { OutboxList } from "../parts/outbox_list";
import { later } from "../parts/later";
import { lastFix } from "../position";
import { about, within } from "../rough";
import { profile } from "../state";
import { t } from "../text";
import { placeWord, skillWord, taskWord, typeWord } from "../words";

// A picture of what stands beside it in figures: nobody waits for it.
const Sketch = later(async () => (await import("../parts/sketch")).Sketch, () => null);

export function OfferScreen({ offer, standing }: { offer: Offer; standing: Standing }) {
  const { own, words } = t();
  const isField = offer.capability === "field";
  const wanted = isField ? skillWord(offer.skill) : offer.task ? taskWord(offer.task.kind) : skillWord(offer.skill);
  // The answer came too late, and the next load will say so: nothing is left to answer.
  const isOver = isLate(standing);
  const isHazard = offer.hazard || offer.grounds_on_way.length > 0;
  return (
    <article class="screen" data-offer={offer.id} data-state={standing.state}>
      <Head>
        <span class={`mark big ${offer.incident.priority}`}>
          <SeverityShape of={offer.incident.priority} />
          <span>{words.priorities[offer.incident.priority]}</span>
        </span>
      </Head>
      <section class="hero">
        <div>
          <h1>{own.offer.title(wanted)}</h1>
          <p class="more">{typeWord(offer.incident.type)}{offer.near != null && `, ${placeWord(offer.near)}`}</p>
        </div>
        {!isOver && <Countdown from={offer.created_at} until={offer.expires_at} label={own.offer.answerIn} />}
      </section>
      <OutboxList about={offer.id} />
      {isField ? <Where offer={offer} /> : <p class="band"><Icon of="home" /><span>{own.offer.noPlace}</span></p>}
      {isHazard && (
        <p class="band hazard">
          <Icon of="warn" />
          <span><strong>{own.offer.hazard}</strong> {own.offer.hazardMore}</span>
        </p>
      )}
      {offer.wanted !== null && (
        <p class="band">
          <Icon of="people" />
          <span>
            <strong>{own.offer.wanted(offer.wanted)}</strong>
            {offer.accepted !== null && offer.accepted > 0 && `, ${own.offer.going(offer.accepted)}`}
          </span>
        </p>
      )}
      {offer.task && <p class="band"><Icon of="need" /><span>{offer.task.question}</span></p>}
      <Languages offer={offer} />
      <p class="band quiet grow"><span>{own.offer.free}</span></p>
      {!isOver && <Answers offer={offer} isField={isField} />}
    </article>
  );
}

function Answers({ offer, isField }: { offer: Offer; isField: boolean }) {
  const { offer: text } = t().own;
  const isSent = useSignal(false);
  const answer = (say: (offer: Offer) => Promise<void>): void => {
    // A second tap, or the other button by a slip, changes nothing until the first answer is stored.
    if (isSent.value) return;
    isSent.value = true;
    void say(offer).finally(() => (isSent.value = false));
  };
  return (
    <div class="thumb">
      <div class="answers">
        <button type="button" class="answer main" data-action="accept" onClick={() => answer(accept)}>{isField ? text.accept : text.take}</button>
        <button type="button" class="answer" data-action={isField ? "decline" : "skip"} onClick={() => answer((one) => decline(one))}>
          {isField ? text.decline : text.skip}
        </button>
      </div>
    </div>
  );
}

function Where({ offer }: { offer: Offer }) {
  const { own, words } = t();
  const target = spotOf(offer.area);
  const me = lastFix.value;
  const isHazard = offer.hazard;
  const mode = profile.value?.travel_mode;
  return (
    <section class="where">
      <dl>
        {offer.distance_m !== null && (
          <div>
            <dd>{about(offer.distance_m)}</dd>
            <dt>{own.offer.fromYou}</dt>
          </div>
        )}
        {offer.eta_s !== null && (
          <div>
            <dd>{own.offer.roughly(offer.eta_s)}</dd>
            {mode !== undefined && <dt>{words.travelModes[mode]}</dt>}
          </div>
        )}
      </dl>
      {target !== null && me !== null && <Sketch me={me} target={target} isCoarse staging={null} isHazard={isHazard} />}
      <p class="cap"><Icon of="lock" /><span>{offer.distance_m !== null && `${within(offer.distance_m)} `}{own.offer.exactAfter}</span></p>
    </section>
  );
}

function Languages({ offer }: { offer: Offer }) {
  const tags = offer.task?.languages ?? offer.requirement_languages;
  if (tags.length === 0) return null;
  return (
    <p class="band">
      <Icon of="globe" />
      <span>{t().own.offer.languages(formats(language.value).list(tags.map(languageName)))}</span>
    </p>
  );
}

/** The head of work under way: the urgency as a mark, what the person does, and where. */
export function WorkTitle({ offer }: { offer: Offer }) {
  return (
    <div class="title">
      <strong>{offer.task ? taskWord(offer.task.kind) : skillWord(offer.skill)}</strong>
      <span class="label"><Severity of={offer.incident.priority} /> · {typeWord(offer.incident.type)}</span>
    </div>
  );
}
