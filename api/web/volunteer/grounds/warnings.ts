// Hazard zones in which the person was found: what is kept of them, and what of that still calls. Pure but for its signal.
import { signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { kept } from "../device";

type Warning = components["schemas"]["WarningShown"];
/** `isUnderstood`: the person has said so on this device. `state` ended: told once, and gone when they have read it. */
export interface Ground {
  readonly incident_id: string;
  readonly type: string;
  readonly state: Warning["state"];
  readonly isUnderstood: boolean;
}

/** Those of the last visit until they were read anew: who is in one must know it without a network as well. */
export const grounds = signal<readonly Ground[]>(kept().grounds);

/** What is newly read. The server lists no zone that is long over: one that was told here and is missing has ended. An end is
 * told only to whoever was told of the zone; a zone that begins again calls again. */
export function joined(before: readonly Ground[], read: readonly Warning[]): Ground[] {
  const active = read.filter(({ state }) => state === "active");
  const ends = before.filter((one) => !active.some(({ incident_id }) => incident_id === one.incident_id));
  return [
    ...active.map(({ incident_id, type, state }) => {
      const known = before.find((one) => one.incident_id === incident_id);
      return { incident_id, type, state, isUnderstood: known?.state === state && known.isUnderstood };
    }),
    ...ends.flatMap((one): Ground[] => (one.state === "active" ? [{ ...one, state: "ended", isUnderstood: false }] : one.isUnderstood ? [] : [one])),
  ];
}

export const understood = (before: readonly Ground[], id: string): Ground[] =>
  before.map((one) => (one.incident_id === id ? { ...one, isUnderstood: true } : one));

/** What stands on the screen: zones that last, and ends that were not read yet. */
export const shownOf = (all: readonly Ground[]): Ground[] => all.filter((one) => one.state === "active" || !one.isUnderstood);

/** The zones that ring, by id; empty: none. */
export const callingOf = (all: readonly Ground[]): string =>
  all.filter((one) => one.state === "active" && !one.isUnderstood).map((one) => one.incident_id).join(" ");
