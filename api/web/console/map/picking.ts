// What the map and the report form share: the place of the draft, and a click that chooses it.
import { signal } from "@preact/signals";
import { deployment } from "../../shared/deployment";

export interface LonLat {
  readonly lon: number;
  readonly lat: number;
}

/** Takes a click on the map while a report is open; null: a click chooses nothing. */
export const picker = signal<((place: LonLat) => void) | null>(null);
/** The place of the report that is not saved yet. */
export const draftPlace = signal<LonLat | null>(null);

/** The middle of the map as it was moved last; null: it was not drawn yet. */
export const middle = signal<{ readonly centre: LonLat; readonly zoom: number } | null>(null);
/** From this zoom on a map shows a part of the country that somebody has chosen. */
const CHOSEN_ZOOM = 6;

let held: LonLat | null = null;

/** Whether a movement that is not the person's leaves `lookedAt` as it is. */
export function holdLook(isHeld: boolean): void {
  held = isHeld ? lookedAt() : null;
}

/** Where the operator looks: places near it are likelier meant. Null: nowhere in particular. */
export function lookedAt(): LonLat | null {
  const seen = middle.peek();
  if (held !== null) return held;
  return seen !== null && seen.zoom >= CHOSEN_ZOOM ? seen.centre : (deployment.peek()?.centre ?? null);
}
