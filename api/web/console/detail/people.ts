// People of an incident in the order in which an operator looks at them, and what each row says. Pure.
import type { SignOf } from "../parts";
import type { Decision, Incident, Offer } from "../state";

export type Trouble = "distress" | "overdue" | "change" | null;
const LIVE = new Set(["offered", "accepted", "en_route", "on_scene"]);
const RANK: Readonly<Record<string, number>> = { on_scene: 1, en_route: 2, accepted: 3, offered: 4 };

export function isLive(offer: Offer): boolean {
  return LIVE.has(offer.state);
}

export function troubleOf(offer: Offer): Trouble {
  if (!isLive(offer)) return null;
  if (offer.distress !== null) return "distress";
  if (offer.check_in?.state === "overdue") return "overdue";
  return offer.to_confirm?.state === "overdue" ? "change" : null;
}

export function signOf(offer: Offer): SignOf {
  if (troubleOf(offer) !== null) return "trouble";
  return isLive(offer) ? (offer.state as SignOf) : "ended";
}

/** Trouble first, then on scene, on the way, accepted, and those asked by the time that is left. */
export function arrangedPeople(offers: readonly Offer[]): Offer[] {
  const rank = (offer: Offer): number => (troubleOf(offer) === null ? (RANK[offer.state] ?? 5) : 0);
  return offers.filter(isLive).sort((a, b) => rank(a) - rank(b) || Date.parse(a.expires_at) - Date.parse(b.expires_at) || (a.id < b.id ? -1 : 1));
}

/** Ended requests, the newest first. */
export function endedPeople(offers: readonly Offer[]): Offer[] {
  return offers.filter((offer) => !isLive(offer)).sort((a, b) => Date.parse(b.changed_at) - Date.parse(a.changed_at));
}

/** The time that a person's row counts towards; null when nothing is due. */
export function dueOf(offer: Offer): string | null {
  if (offer.state === "offered") return offer.expires_at;
  if (offer.lease_expires_at !== null) return offer.lease_expires_at;
  return offer.state === "on_scene" ? (offer.check_in?.due_at ?? null) : null;
}

export type SearchWhy = NonNullable<NonNullable<Decision["why"]["requirements"]>[number]>;

/** The last search for a requirement: earlier ones had other limits and other people. */
export function lastSearch(decisions: readonly Decision[], requirementId: string): SearchWhy | null {
  for (let at = decisions.length - 1; at >= 0; at--) {
    const found = decisions[at]?.why.requirements?.find((one) => one.requirement_id === requirementId);
    if (found !== undefined) return found;
  }
  return null;
}

/** The newest known chance of each requirement that still lacks people: [skill, chance from 0 to 1]. */
export function chances(incident: Incident, decisions: readonly Decision[]): [string, number][] {
  const found: [string, number][] = [];
  for (const need of incident.requirements) {
    if (need.shortfall === 0) continue;
    const search = lastSearch(decisions, need.id);
    const chance = search?.forecast ?? search?.wave?.reached;
    if (chance == null) continue;
    const same = found.findIndex(([skill]) => skill === need.skill);
    // One figure a skill: the worse one decides.
    if (same < 0) found.push([need.skill, chance]);
    else found[same] = [need.skill, Math.min(chance, found[same]?.[1] ?? 1)];
  }
  return found;
}

export interface NextPerson {
  readonly volunteerId: string;
  readonly etaS: number | null;
  readonly chance: number | null;
}

/** Whom the last search put behind those it asked, best first, without people who were asked since. */
export function nextPeople(incident: Incident, decisions: readonly Decision[], requirementId: string, atMost = 3): NextPerson[] {
  const asked = new Set(incident.offers.map((offer) => offer.volunteer_id));
  const passed = (lastSearch(decisions, requirementId)?.passed_over ?? []) as readonly Readonly<Record<string, unknown>>[];
  return passed
    .map((one) => ({
      volunteerId: String(one["volunteer_id"]),
      etaS: typeof one["eta_s"] === "number" ? one["eta_s"] : null,
      chance: typeof one["chance"] === "number" ? one["chance"] : null,
    }))
    .filter((one) => !asked.has(one.volunteerId))
    .slice(0, atMost);
}
