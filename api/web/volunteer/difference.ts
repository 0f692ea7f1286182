// How a changed place differs from the one before it.
import { apartM, spotOf } from "./geometry";
import type { Offer } from "./jobs";

/** Below this the place is the same one, more exactly. */
const MOVED_M = 30;

interface Placed {
  readonly location?: Offer["location"] | undefined;
}

/** How far the place has moved; null: not, or nobody told where it was or is. */
export function movedM(was: Placed, now: Placed): number | null {
  const [from, to] = [spotOf(was.location), spotOf(now.location)];
  if (from === null || to === null) return null;
  const metres = apartM(from, to);
  return metres < MOVED_M ? null : metres;
}

/** `now` in three parts: what begins as `was` did, what differs, what ends alike. Whole words, so that 58 and 85 differ as numbers. */
export function differing(was: string, now: string): [string, string, string] {
  const [one, other] = [was.split(/(?<= )/), now.split(/(?<= )/)];
  const least = Math.min(one.length, other.length);
  let head = 0;
  while (head < least && one[head]?.trim() === other[head]?.trim()) head++;
  let tail = 0;
  while (tail < least - head && one.at(-1 - tail)?.trim() === other.at(-1 - tail)?.trim()) tail++;
  const end = other.length - tail;
  return [other.slice(0, head).join(""), other.slice(head, end).join(""), other.slice(end).join("")];
}
