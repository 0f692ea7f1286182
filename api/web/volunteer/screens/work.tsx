// Work in the field: the way, the words of the caller, the next step. Safety comes first: check-in and distress never wait.
import { signal, useSignal } from "@preact/signals";
import { now, secondsUntil } from "../../shared/clock";
import { checkIn, decline, needHelp, step } from "../answers";
import { type Offer, type Standing, nextStep } from "../jobs";
import { CallerWords } from "../parts/caller_words";
import { Confirm } from "../parts/confirm";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { JobPlace } from "../parts/job_place";
import { OutboxList, Unconfirmed } from "../parts/outbox_list";
import { items } from "../state";
import { t } from "../text";
import { taskWord } from "../words";
import { Changed } from "./changed";
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
      <JobPlace offer={offer} isThere={standing.state === "on_scene"} />
      <CallerWords offer={offer} />
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
      {standing.state === "on_scene" && <Asked offer={offer} />}
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

/** How many more people this person asked for last, and when; null: none, or it is not yet with the server. */
function asked(offer: Offer): { count: number; at: string } | null {
  const last = items.value.filter((item) => item.about === offer.id && item.action === "need-help" && item.state === "received").at(-1);
  if (last?.body == null) return null;
  const { count } = JSON.parse(last.body) as { count: number };
  return { count, at: last.tapped_at };
}

/** A tap that leaves no trace would be repeated, and each repeat calls people. */
function Asked({ offer }: { offer: Offer }) {
  const last = asked(offer);
  return last === null ? null : <p class="label" role="status" data-asked={last.count}>{WORK.read().work.helpAsked(last.count, last.at)}</p>;
}

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
