// Whether somebody has heard a signal of danger, and who comes; and what keeps that fresh while the page is open.
import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { now } from "../../shared/clock";
import { keep } from "../device";
import { SAME_MS, dangerOf } from "../jobs";
import { isOwner, items, offers, rescue } from "../state";
import { joined } from "./known";
import { TEXTS } from "./text";

const EVERY_MS = 10_000;
/** News that are older are told with their time. */
const OLD_MS = 30_000;

export async function loadNews() {
  await TEXTS.load();
  return News;
}

export async function loadWatch() {
  await TEXTS.load();
  return Watch;
}

async function read(id: string): Promise<void> {
  const answer = await ask("get", "/v1/volunteers/{volunteer_id}/distress", { path: { volunteer_id: id } });
  // The answer of a session that has ended meanwhile is nobody's. What is not known now stays as it was, with its time.
  if (!answer.ok || !isOwner(id)) return;
  rescue.value = joined(rescue.value, answer.data);
  keep(id, { rescue: rescue.value });
}

/** Reads at the start, with every change of the person's offers, when a signal has arrived, and often while the danger lasts. */
export function Watch({ id }: { id: string }) {
  useEffect(() => {
    const stop = effect(() => {
      void offers.value;
      void items.value.filter(({ action, state }) => action === "distress" && state === "received").length;
      void read(id);
    });
    const timer = setInterval(() => {
      // Also for an hour after a signal whose danger has ended: the server may decide of a newer one later than it takes it.
      const signalled = dangerOf(offers.peek(), items.peek(), now.peek());
      if (signalled !== null || rescue.peek()?.distress?.ended_at === null) void read(id);
    }, EVERY_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [id]);
  return null;
}

/** `since`: when the person signalled last; what is known of an earlier signal says nothing about it. `about`: the
 * person, and the offer of the signal: of either they may have said that they are safe. */
export function News({ since, about }: { since: string | undefined; about: readonly string[] }) {
  const known = rescue.value;
  const text = TEXTS.read();
  const safe = items.value.filter((item) => item.action === "check-in" && about.includes(item.about) && item.tapped_at > (since ?? "")).at(-1);
  // An ended signal does not stay open.
  const isOld = safe?.state === "received" && known?.distress?.ended_at != null && Date.parse(safe.tapped_at) < Date.parse(known.distress.ended_at);
  const said = safe === undefined || isOld ? null : <p data-safe={safe.state}>{text.safe[safe.state]}</p>;
  const found = known?.distress;
  if (!known || !found || (since !== undefined && Date.parse(found.received_at) < Date.parse(since) - SAME_MS))
    return said && <section class="ask" role="status">{said}</section>;
  const first = found.first_in_s === null ? "" : `, ${text.first(found.first_in_s / 60)}`;
  return (
    <section class="ask" role="status" data-rescue={stageOf(found)}>
      {found.ended_at === null ? (
        <>
          <p>{text.received(found.received_at)}</p>
          <p>{found.seen_at === null ? text.unseen : text.seen(found.seen_at)}</p>
          {found.there > 0 && <p>{text.there}</p>}
          {found.coming > 0 && <p>{text.coming(found.coming)}{first}</p>}
          {found.coming + found.there === 0 && <p>{text.nobody}</p>}
        </>
      ) : <p>{text.ended(found.ended_at)}</p>}
      {said}
      {now.value - Date.parse(known.now) > OLD_MS && <p class="label">{text.asOf(known.now)}</p>}
    </section>
  );
}

function stageOf({ ended_at, there, coming, seen_at }: { ended_at: string | null; there: number; coming: number; seen_at: string | null }): string {
  if (ended_at !== null) return "ended";
  if (there > 0) return "there";
  if (coming > 0) return "coming";
  return seen_at === null ? "received" : "seen";
}
