// What a person's offers mean for the screen: what they said and the server has not confirmed counts, and is marked as unconfirmed.
import type { components } from "../shared/api";
import type { OutboxItem, OutboxState } from "../shared/outbox_store";

export type Offer = components["schemas"]["OfferShown"];
export type OfferState = components["schemas"]["OfferState"];

/** `isConfirmed` false: the state is what the person said; the server has not said it yet. `refused`: why an answer did not count. */
export interface Standing {
  readonly state: OfferState;
  readonly isConfirmed: boolean;
  readonly waiting: OutboxItem | null;
  readonly refused: OutboxItem | null;
}

/** The state to which an answer leads; answers that change none are absent. */
const LEADS_TO: Readonly<Partial<Record<string, OfferState>>> = {
  accept: "accepted",
  decline: "declined",
  skip: "declined",
  "en-route": "en_route",
  "on-scene": "on_scene",
  done: "done",
  "submit-result": "done",
};
const ORDER: readonly OfferState[] = ["offered", "accepted", "en_route", "on_scene", "done"];
const ENDED: readonly OfferState[] = ["declined", "expired", "withdrawn", "stood_down", "done", "void"];
/** How these ends come about is not the person's doing, so they are told. */
const TOLD: readonly OfferState[] = ["expired", "withdrawn", "stood_down"];

export function isEnded(state: OfferState): boolean {
  return ENDED.includes(state);
}

export function isAssigned(state: OfferState): boolean {
  return state === "accepted" || state === "en_route" || state === "on_scene";
}

/** What the server says of the offer together with what the outbox still holds about it. */
export function standing(offer: Offer, items: readonly OutboxItem[]): Standing {
  const about = items.filter((item) => item.about === offer.id && LEADS_TO[item.action] !== undefined);
  const waiting = about.filter((item) => item.state !== "refused").at(-1) ?? null;
  const refused = about.at(-1)?.state === "refused" ? (about.at(-1) ?? null) : null;
  const expected = waiting === null ? undefined : LEADS_TO[waiting.action];
  if (expected === undefined || isEnded(offer.state) || reached(offer.state, expected))
    return { state: offer.state, isConfirmed: true, waiting: null, refused: isEnded(offer.state) ? null : refused };
  return { state: expected, isConfirmed: false, waiting, refused: null };
}

/** The server refused the answer because the offer, or its incident, had ended. */
export function isLate({ refused }: Standing): boolean {
  return refused?.problem?.endsWith("_ended") ?? false;
}

function reached(state: OfferState, expected: OfferState): boolean {
  return expected !== "declined" && ORDER.indexOf(state) >= ORDER.indexOf(expected);
}

export interface Job {
  readonly offer: Offer;
  readonly standing: Standing;
}
export type View =
  | { readonly kind: "quiet" }
  | ({ readonly kind: "offer" | "work" | "digital" } & Job)
  /** Work that the person has just ended. */
  | ({ readonly kind: "thanks" } & Job)
  /** Never empty: all ends that are not told yet, the one that a notice led to first. */
  | ({ readonly kind: "ended"; readonly ended: readonly Job[] } & Job);

/**
 * The one thing that the screen shows. Work under way goes before a new offer; what has ended is told once. `wanted`: the offer that
 * a notice led to goes before other requests, and is told of when it has ended meanwhile.
 */
export function viewOf(
  offers: readonly Offer[],
  items: readonly OutboxItem[],
  nowMs: number,
  seenEnds: ReadonlySet<string>,
  wanted: string | null = null,
): View {
  const all = offers.map((offer) => ({ offer, standing: standing(offer, items) }));
  const working = all.find(({ standing: { state } }) => isAssigned(state));
  if (working) return { kind: working.offer.capability === "digital" ? "digital" : "work", ...working };
  const offered = all
    .filter(({ offer, standing: { state } }) => state === "offered" && Date.parse(offer.expires_at) > nowMs)
    .sort((one, other) => Date.parse(one.offer.expires_at) - Date.parse(other.offer.expires_at));
  const asked = offered.find(({ offer }) => offer.id === wanted);
  const untold = all.filter(({ offer, standing: { state } }) => TOLD.includes(state) && !seenEnds.has(offer.id));
  const named = untold.filter(({ offer }) => offer.id === wanted);
  const ended = [...named, ...untold.filter((one) => !named.includes(one) && isFresh(one.offer, nowMs))];
  const first = asked ?? (named.length > 0 ? undefined : offered[0]);
  if (first) return { kind: "offer", ...first };
  const done = all.find(({ offer, standing: { state, isConfirmed } }) => state === "done" && !seenEnds.has(offer.id) && (!isConfirmed || isFresh(offer, nowMs)));
  // Before what was asked of them meanwhile: that is told next.
  if (done && named.length === 0) return { kind: "thanks", ...done };
  const [newest] = ended;
  return newest ? { kind: "ended", ...newest, ended } : { kind: "quiet" };
}

const TOLD_FOR_MS = 30 * 60_000;

function isFresh(offer: Offer, nowMs: number): boolean {
  return nowMs - Date.parse(offer.changed_at) < TOLD_FOR_MS;
}

/** The next step of work in the field; null once on scene work is done. */
export function nextStep(state: OfferState): "en-route" | "on-scene" | "done" | null {
  if (state === "accepted") return "en-route";
  if (state === "en_route") return "on-scene";
  return state === "on_scene" ? "done" : null;
}

/** What the server says of the person's own danger, and when it said so. */
export type Rescue = components["schemas"]["OwnDistressAnswer"];

/** A signal of danger: when it was given, how far it has come, and the offer that it is about. */
export interface Danger {
  readonly at: string;
  readonly state: OutboxState;
  readonly offer: Offer | null;
}

/** So long the server takes further signals for the same danger. */
const DANGER_MS = 3_600_000;

/** Every signal that the person gave on this phone and every one that the server tells of, the latest last. */
export function dangersOf(offers: readonly Offer[], items: readonly OutboxItem[]): Danger[] {
  const said = items.filter(({ action, state }) => action === "distress" && state !== "refused");
  const own = said.map(({ about, tapped_at: at, state }): Danger => ({ at, state, offer: offers.find(({ id }) => id === about) ?? null }));
  // What the server tells of is a signal of its own unless this phone gave it.
  const isOwn = (offer: Offer, at: string): boolean =>
    own.some((one) => one.offer?.id === offer.id && Math.abs(Date.parse(at) - Date.parse(one.at)) < DANGER_MS);
  const known = offers.flatMap((offer): Danger[] =>
    offer.distress && !isOwn(offer, offer.distress.at) ? [{ at: offer.distress.at, state: "received", offer }] : [],
  );
  return [...known, ...own].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** A clock of a phone and that of the server differ by seconds: a signal that is as new is the same. */
export const SAME_MS = 30_000;

/** An operator has ended the danger of this signal. One that is newer than what the server tells of is never taken for ended. */
function isOver({ at, state }: Danger, receivedAt: string, endedAt: string): boolean {
  const atMs = Date.parse(at);
  return state === "received" && atMs < Date.parse(endedAt) && atMs < Date.parse(receivedAt) + SAME_MS;
}

/** The signal that must stay in view: it waits on this phone, or the danger may still last. Null: there is none. */
export function dangerOf(offers: readonly Offer[], items: readonly OutboxItem[], nowMs: number, rescue: Rescue | null = null): Danger | null {
  const last = dangersOf(offers, items).at(-1);
  const open = rescue?.distress;
  // However long ago it was given, and on whatever phone.
  if (open && open.ended_at === null && (last === undefined || last.state === "received"))
    return { at: open.received_at, state: "received", offer: last?.offer ?? null };
  if (open?.ended_at != null && last !== undefined && isOver(last, open.received_at, open.ended_at)) return null;
  return last !== undefined && (last.state !== "received" || nowMs - Date.parse(last.at) < DANGER_MS) ? last : null;
}
