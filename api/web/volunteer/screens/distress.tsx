// Distress: the first tap asks, the second is elsewhere on the screen, and the page says what has been sent, and when.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import type { OutboxState } from "../../shared/outbox_store";
import { distress, safeAgain } from "../answers";
import type { Offer } from "../jobs";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { freshen, lastFix } from "../position";
import { RescueNews } from "../rescue/later";
import { danger, isFull, items } from "../state";
import { t } from "../text";

/** What is open; null: nothing. */
export const asking = signal<{ readonly offer: Offer | null; readonly isSent: boolean } | null>(null);

export function openDistress(offer: Offer | null): void {
  asking.value = { offer, isSent: false };
  window.scrollTo(0, 0);
}

export function DistressScreen({ id }: { id: string }) {
  const open = asking.value;
  if (open === null) return null;
  return open.isSent ? <Sent id={id} offer={open.offer} /> : <Ask id={id} offer={open.offer} />;
}

function Ask({ id, offer }: { id: string; offer: Offer | null }) {
  const { distress: text } = t().own;
  // Where help is to go is asked for while the person confirms, and never waited for.
  useEffect(() => freshen(id), [id]);
  return (
    <article class="screen">
      <Head><strong>Komek</strong></Head>
      <section class="ask danger">
        <h1>{text.title}</h1>
        <p>{text.more}</p>
      </section>
      <div class="middle">
        <button
          type="button"
          class="answer danger full tallest"
          data-action="distress-confirm"
          onClick={() => {
            asking.value = { offer, isSent: true };
            void distress(id, offer, lastFix.value);
          }}
        >
          <Icon of="distress" />{text.yes}
        </button>
      </div>
      <div class="grow" />
      <div class="thumb">
        <button type="button" class="answer" data-action="distress-back" onClick={() => (asking.value = null)}>{text.no}</button>
      </div>
    </article>
  );
}

function Sent({ id, offer }: { id: string; offer: Offer | null }) {
  const about = offer?.id ?? id;
  const { distress: text, checkIn: safe } = t().own;
  const item = items.value.filter((one) => one.action === "distress" && one.about === about).at(-1);
  // Said on another device, or so long ago that this one has forgotten: the server tells of it.
  const known = item === undefined ? danger.value : null;
  const state: OutboxState = item?.state ?? known?.state ?? "saved";
  const at = item?.tapped_at ?? known?.at;
  const fix = lastFix.value;
  return (
    <article class="screen">
      <Head><strong>Komek</strong></Head>
      <section class="ask danger" role="alert" data-outbox={state === "refused" ? undefined : state}>
        <h1>{isFull.value ? t().common.outbox.full : text[state]}</h1>
        {at !== undefined && <p>{formats(language.value).time(at)}</p>}
      </section>
      <RescueNews since={item?.tapped_at} about={[id, about]} />
      <p class="band">
        <Icon of="position" />
        <span>{fix === null ? text.unknownPlace : text.known(new Date(fix.atMs).toISOString(), Math.max(10, fix.accuracy_m))}</span>
      </p>
      <div class="grow" />
      <div class="thumb tall">
        <div class="pair">
          <button
            type="button"
            class="button"
            data-action="check-in"
            onClick={() => void safeAgain(id, offer)}
          >
            {safe.safe}
          </button>
          <button type="button" class="button" data-action="distress-close" onClick={() => (asking.value = null)}>{text.close}</button>
        </div>
        <a class="answer danger full" href="tel:112"><Icon of="phone" />{text.call}</a>
      </div>
    </article>
  );
}
