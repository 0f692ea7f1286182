// What the person said and the server has not confirmed: saved, sent, received. Steps that are not reached carry no word.
import type { OutboxItem } from "../../shared/outbox_store";
import { ProblemText } from "../../shared/parts/problem_text";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { forget, isFull, items } from "../state";
import { t } from "../text";

const STEPS = ["saved", "sent", "received"] as const;

/** `about` null: everything that waits. */
export function OutboxList({ about = null }: { about?: string | null }) {
  const shown = items.value.filter((item) => item.state !== "received" && (about === null || item.about === about));
  return (
    <>
      {isFull.value && <p class="band alarm" role="alert">{t().common.outbox.full}</p>}
      {shown.length > 0 && (
        <section class="outbox" aria-label={t().own.outbox.title}>
          {shown.map((item) => <Row key={item.seq} item={item} />)}
        </section>
      )}
    </>
  );
}

export function wordOf(action: string): string {
  const words: Readonly<Partial<Record<string, string>>> = t().own.outbox.actions;
  return words[action] ?? action;
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
