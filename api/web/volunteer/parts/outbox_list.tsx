// What the person said and the server has not confirmed: saved, sent, received. Steps that are not reached carry no word.
import type { OutboxItem } from "../../shared/outbox_store";
import { now } from "../../shared/clock";
import { ProblemText } from "../../shared/parts/problem_text";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { forget, isFull, items, offlineSince } from "../state";
import { t } from "../text";
import { CallButton } from "./call_button";

const STEPS = ["saved", "sent", "received"] as const;
/** So long an answer may be under way before anybody is told to use the telephone. */
const SOON_MS = 5_000;

function shownOf(about: string | null): readonly OutboxItem[] {
  return items.value.filter((item) => item.state !== "received" && (about === null || item.about === about));
}

/** `about` null: everything that waits. `isBrief`: `Unconfirmed` stands elsewhere on the screen. */
export function OutboxList({ about = null, isBrief = false }: { about?: string | null; isBrief?: boolean }) {
  const shown = shownOf(about);
  return (
    <>
      {isFull.value && <p class="band alarm" role="alert">{t().common.outbox.full}</p>}
      {shown.length > 0 && (
        <section class="outbox" aria-label={t().own.outbox.title}>
          {shown.map((item) => <Row key={item.seq} item={item} />)}
          {!isBrief && <Unconfirmed about={about} />}
        </section>
      )}
    </>
  );
}

export function wordOf(action: string): string {
  const words: Readonly<Partial<Record<string, string>>> = t().own.outbox.actions;
  return words[action] ?? action;
}

/** Answers on which help to somebody depends. Nobody needs to ring the rescue service because a task or a refusal is not confirmed. */
const URGENT: readonly string[] = ["accept", "decline", "check-in", "need-help", "distress"];

/** The first answer that waits: since when, what may happen meanwhile, and how to say it by voice. */
export function Unconfirmed({ about }: { about: string | null }) {
  const of = shownOf(about).find(({ state }) => state !== "refused");
  if (of === undefined || (offlineSince.value === null && now.value - Date.parse(of.tapped_at) < SOON_MS)) return null;
  const { outbox } = t().own;
  return (
    <div class="unconfirmed" role="status">
      <p><strong>{outbox.since(of.tapped_at)}</strong>{of.action === "accept" && <small class="more">{outbox.meanwhile}</small>}</p>
      <CallButton isUrgent={URGENT.includes(of.action)} />
    </div>
  );
}

function Row({ item }: { item: OutboxItem }) {
  const { outbox } = t().common;
  const reached = STEPS.findIndex((step) => step === item.state);
  return (
    <div class="said" data-outbox={item.state} role="status">
      <strong>{wordOf(item.action)}</strong>
      <time class="label" dateTime={item.tapped_at}>{formats(language.value).time(item.tapped_at)}</time>
      {item.state === "refused" ? (
        <div class="trail refused">
          <ProblemText of={{ code: item.problem ?? "internal", status: 0, params: {}, retryAfterMs: null, mayRepeat: false }} />
          <button type="button" class="button" onClick={() => forget(item)}>{t().own.outbox.dismiss}</button>
        </div>
      ) : (
        <div class="trail">
          {STEPS.map((step, index) => (
            <span key={step} class={index < reached ? "past" : index === reached ? "at" : ""}>{index <= reached ? outbox[step] : ""}</span>
          ))}
        </div>
      )}
    </div>
  );
}
