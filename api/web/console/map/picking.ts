// What the map and the report form share: the place of the draft, and a click that chooses it.
import { signal } from "@preact/signals";

export interface LonLat {
  readonly lon: number;
  readonly lat: number;
}

/** Takes a click on the map while a report is open; null: a click chooses nothing. */
export const picker = signal<((place: LonLat) => void) | null>(null);
/** The place of the report that is not saved yet. */
export const draftPlace = signal<LonLat | null>(null);
