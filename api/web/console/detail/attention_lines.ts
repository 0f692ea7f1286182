// What waits for an operator, each reason once: it is handled for all people and requirements at once. Pure.
import type { Incident } from "../state";

type Waiting = NonNullable<Incident["attention"]>[number];

export interface AttentionLine {
  readonly reason: string;
  readonly since: string;
  /** Ids of people, else skills that the reason is about. */
  readonly people: readonly string[];
  readonly skills: readonly string[];
  /** Ids of other incidents that it is about. */
  readonly incidents: readonly string[];
}

/** Reasons whose detail is another incident. */
const OF_INCIDENTS = new Set(["duplicate_ended", "merge_failed"]);

const offerOf = (of: Incident, waiting: Waiting) => of.offers.find((one) => one.id === (waiting.offer_id ?? waiting.detail));

export function attentionLines(of: Incident): AttentionLine[] {
  const lines = new Map<string, AttentionLine>();
  for (const waiting of of.attention ?? []) {
    const before = lines.get(waiting.reason);
    const person = offerOf(of, waiting)?.volunteer_id;
    const skill = of.requirements.find((one) => one.id === waiting.requirement_id)?.skill;
    lines.set(waiting.reason, {
      reason: waiting.reason,
      since: before !== undefined && Date.parse(before.since) <= Date.parse(waiting.since) ? before.since : waiting.since,
      people: joined(before?.people, person),
      skills: joined(before?.skills, person === undefined ? skill : undefined),
      incidents: joined(before?.incidents, OF_INCIDENTS.has(waiting.reason) ? (waiting.detail ?? undefined) : undefined),
    });
  }
  return [...lines.values()];
}

function joined(before: readonly string[] = [], more: string | undefined): readonly string[] {
  return more === undefined || before.includes(more) ? before : [...before, more];
}

const OF_PEOPLE = new Set(["distress", "check_in_overdue", "change_unconfirmed"]);

/** Whether the trouble of this person stands among what waits: then their row does not say it again. */
export function isSaidOfPerson(of: Incident, offerId: string): boolean {
  return (of.attention ?? []).some((one) => OF_PEOPLE.has(one.reason) && offerOf(of, one)?.id === offerId);
}

/** Whether it stands among what waits that nobody is left to ask for this requirement. */
export function isSaidToBeOver(of: Incident, requirementId: string): boolean {
  return (of.attention ?? []).some((one) => one.reason === "ladder_ended" && one.requirement_id === requirementId);
}
