// The job has changed under somebody who is on the way: what it was, what it is now, and that they have read it.
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { confirm, decline } from "../answers";
import { before } from "../before";
import { movedM } from "../difference";
import type { Offer } from "../jobs";
import { CallerWords } from "../parts/caller_words";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { JobPlace } from "../parts/job_place";
import { OutboxList, Unconfirmed } from "../parts/outbox_list";
import { t } from "../text";
import { openDistress } from "./distress";
import { WorkTitle } from "./offer";
import { WORK } from "./work_text";

/** A change of the job takes the screen until the person has answered it: nobody drives on to an old place. */
export function Changed({ offer, version, fields, since }: { offer: Offer; version: number; fields: readonly string[]; since: string }) {
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
      <Was offer={offer} fields={fields} />
      <p class="label now">{changed.now}</p>
      <JobPlace offer={offer} was={before.value[offer.id]?.address ?? null} />
      <CallerWords offer={offer} />
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

/** Where they were going until now. Without it a person has to compare with what they remember. */
function Was({ offer, fields }: { offer: Offer; fields: readonly string[] }) {
  const { changed } = WORK.read();
  const was = before.value[offer.id];
  if (was === undefined || !fields.some((field) => field === "address" || field === "location")) return null;
  const moved = movedM(was, offer);
  const isRenamed = was.address !== null && was.address !== (offer.address ?? null);
  if (!isRenamed && moved === null) return null;
  return (
    <section class="was" data-was>
      <p class="label">{changed.before}</p>
      {isRenamed && <p class="old"><s>{was.address}</s></p>}
      {moved !== null && <p class="more">{changed.moved(moved)}</p>}
    </section>
  );
}
