// What a person has done: how long one piece of work took, and the last seven days.
import type { Offer, Standing } from "./jobs";

const WEEK_MS = 7 * 86_400_000;
/** So many offers one answer of the API holds at most. */
const OFFERS_SHOWN = 50;

/** From the acceptance to the end of the work, Unix milliseconds. The end is the tap, as long as the server does not know of it. */
export function spanOf(offer: Offer, { waiting }: Pick<Standing, "waiting">): { fromMs: number; untilMs: number } | null {
  if (offer.accepted_at === null) return null;
  const [fromMs, untilMs] = [Date.parse(offer.accepted_at), Date.parse(waiting?.tapped_at ?? offer.changed_at)];
  return untilMs < fromMs ? null : { fromMs, untilMs };
}

export interface Week {
  /** How often the person went out, and how many tasks they did where they were. */
  readonly field: number;
  readonly digital: number;
  readonly seconds: number;
  /** False: more was done in these days than the offers that were read tell. */
  readonly isWhole: boolean;
}

/** Work that ended within seven days. Null: none. */
export function weekOf(offers: readonly Offer[], nowMs: number): Week | null {
  const since = nowMs - WEEK_MS;
  const done = offers.filter((offer) => offer.state === "done" && Date.parse(offer.changed_at) >= since);
  if (done.length === 0) return null;
  const spans = done.map((offer) => spanOf(offer, { waiting: null }));
  return {
    field: done.filter(({ capability }) => capability === "field").length,
    digital: done.filter(({ capability }) => capability === "digital").length,
    seconds: spans.reduce((sum, span) => sum + (span === null ? 0 : (span.untilMs - span.fromMs) / 1000), 0),
    isWhole: offers.length < OFFERS_SHOWN || offers.some((offer) => Date.parse(offer.created_at) < since),
  };
}
