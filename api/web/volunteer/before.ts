// Where a person was going before the job changed, until they have confirmed the change: kept on this device with the job itself.
import { signal } from "@preact/signals";
import { type Offer, isAssigned } from "./jobs";

export interface Before {
  readonly address: string | null;
  readonly location: Offer["location"];
}
/** By offer. */
export type Befores = Readonly<Partial<Record<string, Before>>>;

export const before = signal<Befores>({});

/** `known` of the changes that still wait; of a new change what `old` told. What the person saw last counts, not what came between. */
export function beforeOf(known: Befores, old: readonly Offer[], next: readonly Offer[]): Befores {
  const waiting = next.filter((offer) => offer.to_confirm !== null && isAssigned(offer.state));
  const all = waiting.flatMap(({ id }) => {
    const was = known[id] ?? old.find((offer) => offer.id === id && offer.to_confirm === null && isAssigned(offer.state));
    return was === undefined ? [] : [[id, { address: was.address ?? null, location: was.location }] as const];
  });
  return Object.fromEntries(all);
}
