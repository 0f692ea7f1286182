// The answers of a person about an offer. Each goes through the outbox under one key, so a double tap or a dead network does no harm.
import type { components } from "../shared/api";
import { serverNow } from "../shared/clock";
import { type Offer, isEnded } from "./jobs";
import { link, say } from "./state";

type Schemas = components["schemas"];
export type DeclineReason = Schemas["DeclineReason"];

const STATES = { "en-route": "en_route", "on-scene": "on_scene", done: "done" } as const;

/** When the person tapped: the record shows it beside the time of arrival. */
const at = (): { at: string } => ({ at: new Date(serverNow()).toISOString() });

/** One key per offer, action and version of the offer: a second tap is the same answer, a later one about a changed job is not. */
function keyOf(offer: Offer, action: string, more = ""): string {
  return plainKey(`${action}.${offer.id}.${Date.parse(offer.changed_at)}${more}`);
}

/** An Idempotency-Key: visible ASCII, at most 128 characters. */
const plainKey = (text: string): string => text.replace(/[^\w.-]/g, "_").slice(0, 120);

function post(offer: Offer, action: string, route: string, body: object, more = ""): Promise<void> {
  return say({
    action,
    about: offer.id,
    method: "POST",
    url: `/v1/offers/${encodeURIComponent(offer.id)}/${route}`,
    body: { ...body, ...at() },
    key: keyOf(offer, action, more),
  });
}

export const accept = (offer: Offer): Promise<void> => post(offer, "accept", "accept", {});
export const decline = (offer: Offer, reason: DeclineReason = "other", text: string | null = null): Promise<void> =>
  post(offer, offer.capability === "digital" ? "skip" : "decline", "decline", text === null ? { reason } : { reason, text });
export const step = (offer: Offer, to: keyof typeof STATES): Promise<void> => post(offer, to, "progress", { state: STATES[to] });
export const confirm = (offer: Offer, version: number): Promise<void> => post(offer, "confirm", "confirm", { version }, `.${version}`);

/** These may be said again and again, so each tap after the last one was delivered is an answer of its own. */
export const checkIn = (offer: Offer): Promise<void> => post(offer, "check-in", "check-in", {}, `.${minute()}`);
export const needHelp = (offer: Offer, skill: string | null, count: number): Promise<void> =>
  post(offer, "need-help", "need-help", skill === null ? { count } : { count, skill }, `.${skill ?? ""}.${count}.${minute()}`);

const minute = (): number => Math.floor(serverNow() / 60_000);
/** A double tap is one signal; from five seconds on the server hears another one, and so must the phone send it. */
const signal = (): number => Math.floor(serverNow() / 5_000);

export type ResultBody = Omit<Schemas["Result"], "at" | "on_behalf">;
export const submit = (offer: Offer, result: ResultBody): Promise<void> => post(offer, "submit-result", "result", result);

/**
 * "I am safe" of a person who has signalled danger. It belongs to the incident of their danger, which an operator has before them;
 * at their offer it would be one check-in among others. Who is asked there whether they are safe has answered that, too.
 */
export async function safeAgain(id: string, offer: Offer | null): Promise<void> {
  const isLive = offer !== null && !isEnded(offer.state);
  // A link answers for its offer alone.
  if (isLive && link.value !== null) return checkIn(offer);
  if (isLive && offer.check_in !== null) await checkIn(offer);
  return say({
    action: "check-in",
    about: id,
    method: "POST",
    url: `/v1/volunteers/${encodeURIComponent(id)}/distress/safe`,
    body: at(),
    key: plainKey(`safe.${id}.${minute()}`),
  });
}

/** Distress: of the offer if there is one, else of the person, with the last known place of this device. */
export function distress(id: string, offer: Offer | null, place: { lon: number; lat: number } | null): Promise<void> {
  if (offer !== null) return post(offer, "distress", "distress", {}, `.${signal()}`);
  return say({
    action: "distress",
    about: id,
    method: "POST",
    url: `/v1/volunteers/${encodeURIComponent(id)}/distress`,
    // Named one by one: a fix has more fields than the request takes, and one too many refuses the whole signal.
    body: { ...(place === null ? {} : { lon: place.lon, lat: place.lat }), ...at() } satisfies Schemas["DistressOf"],
    key: plainKey(`distress.${id}.${signal()}`),
  });
}
