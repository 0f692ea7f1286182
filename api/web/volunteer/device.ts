// What the page keeps on this device, so that a job stays visible without a network. It is of one person, and goes with the session.
import type { Befores } from "./before";
import type { Draft } from "./drafts";
import type { Ground } from "./grounds/warnings";
import type { Offer, Rescue } from "./jobs";
import { isEnded } from "./jobs";
import type { components } from "../shared/api";

export type Profile = components["schemas"]["VolunteerShown"];
export type Session = components["schemas"]["SessionShown"];

export interface Kept {
  readonly session: Session | null;
  readonly profile: Profile | null;
  readonly offers: readonly Offer[];
  readonly seenEnds: readonly string[];
  /** When the person put off the questions about consents, server time in ms; 0: never. */
  readonly consentsLaterMs: number;
  /** What they answered about their position; null: nothing yet, as far as this device knows. */
  readonly agreed: boolean | null;
  /** What became of their own signal of danger, as last heard. */
  readonly rescue: Rescue | null;
  /** What is typed for work, by offer. */
  readonly drafts: Readonly<Partial<Record<string, Draft>>>;
  /** Where they were going before a change that they have not confirmed. */
  readonly before: Befores;
  /** Hazard zones in which they were found. */
  readonly grounds: readonly Ground[];
}

const KEPT_AS = "komek-volunteer";
const NOTHING: Kept = { session: null, profile: null, offers: [], seenEnds: [], consentsLaterMs: 0, agreed: null, rescue: null, drafts: {}, before: {}, grounds: [] };
const SEEN_KEPT = 50;

/** Nothing where storage is denied, or holds what an older build wrote. */
export function kept(): Kept {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT_AS) ?? "null");
    return typeof found === "object" && found !== null ? { ...NOTHING, ...found } : NOTHING;
  } catch {
    return NOTHING;
  }
}

/** Keeps what is of this session. What another person kept here goes. */
export function keepSession(session: Session): void {
  const before = kept();
  write({ ...(before.session?.id === session.id ? before : NOTHING), session });
}

/** Keeps for this person; nothing when the device is another's by now, or nobody's. */
export function keep(id: string | null, change: Partial<Omit<Kept, "session">>): void {
  const before = kept();
  if (before.session?.id === id) write({ ...before, ...change });
}

/** Of offers only those that have not ended: after the work nothing about the caller stays on the device. */
function write(all: Kept): void {
  const contact = all.profile === null ? null : { ...all.profile, contact: null, home: null };
  const text = JSON.stringify({
    ...all,
    profile: contact,
    offers: all.offers.filter((offer) => !isEnded(offer.state)),
    seenEnds: all.seenEnds.slice(-SEEN_KEPT),
  });
  try {
    localStorage.setItem(KEPT_AS, text);
  } catch {
    // Storage is denied or full: the job is visible as long as the page is open.
  }
}

export function forgetAll(): void {
  try {
    localStorage.removeItem(KEPT_AS);
  } catch {
    // Nothing was kept.
  }
}
