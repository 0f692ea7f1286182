// How far it still is: from the newest position to where the person is to go, once the server has told both.
import { type Spot, apartM, spotOf } from "./geometry";
import type { Offer } from "./jobs";

/** Null: unknown. `isRough`: the figures of the offer, from the middle of one cell to that of another. */
export interface Way {
  readonly metres: number | null;
  readonly seconds: number | null;
  readonly isRough: boolean;
}

const LEAST_S = 60;
/** Over less than this the figure of the offer, from the middle of a cell, tells nothing of the person's speed. */
const LEAST_M = 200;

/** Before the place is told, or without a position, the figures of the offer. `isThere`: there is no time left to say. `person`: where
 * somebody in danger is, to whose rescue it leads. */
export function wayOf(offer: Offer, me: Spot | null, isThere: boolean, person: Spot | null = null): Way {
  const { distance_m: told, eta_s: toldS } = offer;
  const to = offer.staging ?? person ?? spotOf(offer.location);
  if (me === null || to === null) return { metres: told, seconds: isThere ? null : toldS, isRough: true };
  const metres = apartM(me, to);
  const isKnown = !isThere && toldS !== null && told !== null && told >= LEAST_M;
  return { metres, seconds: isKnown ? Math.max(LEAST_S, (toldS * metres) / told) : null, isRough: false };
}
