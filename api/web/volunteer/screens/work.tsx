// Work in the field: the way, the words of the caller, the next step. Safety comes first: check-in and distress never wait.
import { signal, useSignal } from "@preact/signals";
import { now, secondsUntil } from "../../shared/clock";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { languageName } from "../../shared/language_name";
import { checkIn, confirm, decline, needHelp, step } from "../answers";
import { type Spot, spotOf } from "../geometry";
import { type Offer, type Standing, nextStep } from "../jobs";
import { Band } from "../parts/band";
import { Confirm } from "../parts/confirm";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { OutboxList, Unconfirmed } from "../parts/outbox_list";
import { MapLinks } from "../parts/map_links";
import { Sketch } from "../parts/sketch";
import { lastFix } from "../position";
import { items } from "../state";
import { t } from "../text";
import { wayOf } from "../way";
import { taskWord } from "../words";
import { openDistress } from "./distress";
import { SharingBand } from "./home";
import { WorkTitle } from "./offer";
import { WORK } from "./work_text";
import "./work.css";

export async function loadWork() {
  await WORK.load();
  return WorkScreen;
}

function WorkScreen({ offer, standing }: { offer: Offer; standing: Standing }) {
  const isAsked = offer.check_in?.state === "asked" || offer.check_in?.state === "warned";
  const change = offer.to_confirm;
  const isConfirming = change !== null && items.value.some((item) => item.about === offer.id && item.action === "confirm" && item.state !== "refused" && item.key.endsWith(`.${change.version}`));
  if (change !== null && !isConfirming) return <Changed offer={offer} version={change.version} fields={change.fields} since={change.since} />;
  return (
    <article class="screen" data-offer={offer.id} data-state={standing.state}>
      <Head><WorkTitle offer={offer} /></Head>
      <Steps standing={standing} />
      <Unconfirmed about={offer.id} />
      {isAsked && <CheckIn offer={offer} />}
      <Place offer={offer} isThere={standing.state === "on_scene"} />
      <Caller offer={offer} />
      <Found offer={offer} />
      <SharingBand isAtWork />
      <Others offer={offer} isAsked={isAsked} />
      <div class="grow" />
      <Thumb offer={offer} standing={standing} isAsked={isAsked} />
    </article>
  );
}

const STATES = ["accepted", "en_route", "on_scene"] as const;

function Steps({ standing }: { standing: Standing }) {
  const { work } = WORK.read();
  const at = STATES.findIndex((state) => state === standing.state);
  const name = STATES[at];
  return (
    <section class="steps">
      <div aria-hidden="true">
        {STATES.map((state, index) => <i key={state} class={index < at ? "past" : index === at ? (standing.isConfirmed ? "now" : "now unsure") : ""} />)}
      </div>
      <p role="status">
        <strong>{name === undefined ? "" : work.steps[name]}</strong>
        <span class="label"> · </span>
        <span class={standing.isConfirmed ? "label" : "label unsure"}>{standing.waiting === null ? work.confirmed : t().own.outbox.since(standing.waiting.tapped_at)}</span>
      </p>
    </section>
  );
}

function Place({ offer, isThere = false }: { offer: Offer; isThere?: boolean }) {
  const { own } = t();
  const { work } = WORK.read();
  const exact = spotOf(offer.location);
  const target = exact ?? spotOf(offer.area);
  const staging: Spot | null = offer.staging;
  const me = lastFix.value;
  const f = formats(language.value);
  const { metres, seconds } = wayOf(offer, me, isThere);
  return (
    <>
      <section class="address">
        <h1>{offer.address ?? (offer.state === "offered" ? work.addressLater : work.noAddress)}</h1>
        {metres !== null && <p>{f.distance(metres)}{seconds !== null && ` · ${own.offer.roughly(seconds)}`}</p>}
      </section>
      {staging !== null && <Band icon="warn" tone="hazard" title={own.offer.hazard}>{work.staging}</Band>}
      {target !== null && me !== null && (
        <section class="plan"><Sketch me={me} target={target} isCoarse={exact === null} staging={staging} isHazard={staging !== null} /></section>
      )}
      {target !== null && <MapLinks to={staging ?? target} />}
    </>
  );
}

function Caller({ offer }: { offer: Offer }) {
  const { work } = WORK.read();
  const { caller, description, incident } = offer;
  const name = caller?.name ?? null;
  const phone = caller?.phone ?? null;
  if (offer.details === "verified_only") return <Band icon="lock" title={work.wordsOnly}>{work.verifiedOnly}</Band>;
  if (description == null && name === null && phone === null) return null;
  return (
    <section class="words">
      <div>
        <p class="label">{incident.language === null ? work.wordsOnly : work.words(languageName(incident.language))}</p>
        {description != null && <blockquote lang={incident.language ?? undefined} dir="auto">{description}</blockquote>}
        {name !== null && <p class="label">{work.caller(name)}</p>}
        {phone !== null && <p class="label">{phone}</p>}
      </div>
      {phone !== null && (
        <a class="button call" href={`tel:${phone.replace(/[^\d+]/g, "")}`} aria-label={work.call(phone)}><Icon of="phone" /></a>
      )}
    </section>
  );
}

function Found({ offer }: { offer: Offer }) {
  const material = offer.material ?? [];
  if (material.length === 0) return null;
  return (
    <section class="found">
      <h2>{WORK.read().work.material}</h2>
      {material.map((one) => (
        <p key={one.offer_id} dir="auto"><span class="label">{taskWord(one.kind)}</span> {one.text ?? ""}</p>
      ))}
    </section>
  );
}

function CheckIn({ offer }: { offer: Offer }) {
  const { checkIn: text } = t().own;
  const due = offer.check_in?.due_at ?? null;
  const isWarned = offer.check_in?.state === "warned";
  return (
    <section class="ask" role="alert">
      <h1>{text.title}</h1>
      {/* The seconds are shown, not said: an alert that counts would drown everything. */}
      <p aria-live="off">{isWarned || due === null ? text.overdue : text.within(Math.max(0, secondsUntil(due)))}</p>
    </section>
  );
}

function Thumb({ offer, standing, isAsked }: { offer: Offer; standing: Standing; isAsked: boolean }) {
  const { own } = t();
  const { work } = WORK.read();
  const next = nextStep(standing.state);
  return (
    <div class="thumb tall">
      <OutboxList about={offer.id} isBrief />
      <Undo offer={offer} standing={standing} />
      <div class="pair">
        <button type="button" class="button danger" data-action="distress" onClick={() => openDistress(offer)}>
          <Icon of="distress" />{own.distress.open}
        </button>
        {/* More people are asked for at the scene; before it the server refuses. */}
        {standing.state === "on_scene" && <Help offer={offer} />}
      </div>
      {isAsked ? (
        <button type="button" class="answer main tallest" data-action="check-in" onClick={() => void checkIn(offer)}>{own.checkIn.safe}</button>
      ) : (
        next !== null && (
          <button type="button" class="answer main" data-action={next} onClick={() => void step(offer, next)}>{work.next[next]}</button>
        )
      )}
    </div>
  );
}

/** What is said seldom stands in the page, so that the thumb zone stays small. */
function Others({ offer, isAsked }: { offer: Offer; isAsked: boolean }) {
  const { checkIn: text } = t().own;
  const { work } = WORK.read();
  return (
    <section class="others">
      {!isAsked && <button type="button" class="button" data-action="check-in" onClick={() => void checkIn(offer)}>{text.safe}</button>}
      <Confirm label={work.giveUp} question={work.giveUpAsk} yes={work.giveUpYes} onYes={() => void decline(offer)} />
    </section>
  );
}

const UNDO_MS = 5_000;
const closedUndo = signal<string | null>(null);

/** An acceptance is sent at once; for five seconds a tap takes it back. */
function Undo({ offer, standing }: { offer: Offer; standing: Standing }) {
  const said = items.value.find((item) => item.about === offer.id && item.action === "accept");
  const isRecent = said !== undefined && now.value - Date.parse(said.tapped_at) < UNDO_MS;
  if (!isRecent || standing.state !== "accepted" || closedUndo.value === offer.id) return null;
  const { work } = WORK.read();
  return (
    <div class="undo" role="status">
      <span>{work.undo}</span>
      <button
        type="button"
        class="button"
        data-action="decline"
        onClick={() => {
          closedUndo.value = offer.id;
          void decline(offer);
        }}
      >
        {work.undoDo}
      </button>
    </div>
  );
}

const COUNTS = [1, 2, 3, 5];

function Help({ offer }: { offer: Offer }) {
  const { work } = WORK.read();
  const isOpen = useSignal(false);
  if (!isOpen.value)
    return (
      <button type="button" class="button" data-action="need-help" onClick={() => (isOpen.value = true)}>
        <Icon of="people" />{work.help}
      </button>
    );
  return (
    <div class="question" role="group" aria-label={work.helpAsk}>
      <p>{work.helpAsk}</p>
      <div class="choices">
        {COUNTS.map((count) => (
          <button
            type="button"
            class="button"
            key={count}
            data-action="need-help-count"
            onClick={() => {
              isOpen.value = false;
              void needHelp(offer, null, count);
            }}
          >
            {count}
          </button>
        ))}
        <button type="button" class="button" onClick={() => (isOpen.value = false)}>{t().common.actions.back}</button>
      </div>
    </div>
  );
}

/** A change of the job takes the screen until the person has answered it: nobody drives on to an old place. */
function Changed({ offer, version, fields, since }: { offer: Offer; version: number; fields: readonly string[]; since: string }) {
  const { own } = t();
  const { changed, work } = WORK.read();
  const f = formats(language.value);
  const names: Readonly<Partial<Record<string, string>>> = changed.fields;
  return (
    <article class="screen" data-offer={offer.id} data-state={offer.state}>
      <Head><WorkTitle offer={offer} /></Head>
      <section class="news" role="alert">
        <h1>{own.changed.title}</h1>
        <p>{changed.what(f.list(fields.map((field) => names[field] ?? field)))} · {changed.at(since)}</p>
      </section>
      <Unconfirmed about={offer.id} />
      <p class="label now">{changed.now}</p>
      <Place offer={offer} />
      <Caller offer={offer} />
      <div class="grow" />
      <div class="thumb tall">
        <OutboxList about={offer.id} isBrief />
        <button type="button" class="button danger" data-action="distress" onClick={() => openDistress(offer)}>
          <Icon of="distress" />{own.distress.open}
        </button>
        <div class="answers">
          <button type="button" class="answer main" data-action="confirm" onClick={() => void confirm(offer, version)}>{changed.understood}</button>
          <button type="button" class="answer" data-action="decline" onClick={() => void decline(offer)}>{work.giveUp}</button>
        </div>
      </div>
    </article>
  );
}
