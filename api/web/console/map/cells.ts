// How many people are on duty, by cells of the map. Read for the part that is shown, when it changes and every half minute.
import { signal } from "@preact/signals";
import type { Feature, FeatureCollection, Point, Polygon } from "geojson";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import type { Box } from "./features";

export type PeopleCell = components["schemas"]["PeopleCell"];
export interface Crowd {
  readonly cells: readonly PeopleCell[];
  /** null: everybody on duty for field work. */
  readonly skill: string | null;
  readonly readMs: number;
}
export const crowd = signal<Crowd | null>(null);

const READ_EVERY_MS = 30_000;
/** Two readings were missed: the picture is old. */
export const OLD_AFTER_MS = 2.5 * READ_EVERY_MS;
const SETTLED_MS = 300;
/** Free people of a cell from which it gets the next darker fill; the API tells lower ends of classes: 0, 5, 10, 20, 50 … */
const STEPS = [5, 20] as const;
const DECIMALS = 4;

export interface Shown {
  readonly box: Box;
  readonly zoom: number;
  readonly skill: string | null;
}
let wanted: Shown | null = null;
let timer: ReturnType<typeof setTimeout> | null = null;

/** Follows the part of the map that is shown; null: the map is closed. */
export function followCells(shown: Shown | null): void {
  wanted = shown;
  plan(SETTLED_MS);
}

function plan(ms: number): void {
  if (timer !== null) clearTimeout(timer);
  timer = wanted === null ? null : setTimeout(() => void read(), ms);
}

async function read(): Promise<void> {
  const asked = wanted;
  if (asked === null) return;
  if (document.visibilityState === "visible") {
    const { box, zoom, skill } = asked;
    const limited = [Math.max(-180, box[0]), Math.max(-85, box[1]), Math.min(180, box[2]), Math.min(85, box[3])];
    const query = { bbox: limited.map((side) => side.toFixed(DECIMALS)).join(","), zoom, ...(skill === null ? {} : { skill }) };
    const answer = await ask("get", "/v1/people/cells", { query });
    // The map may have moved meanwhile: its own reading follows.
    if (wanted !== asked) return;
    if (answer.ok) crowd.value = { cells: answer.data, skill, readMs: Date.now() };
  }
  plan(READ_EVERY_MS);
}

/** Squares with their fill, and from how many on people are free, where it is told. */
export function cellFeatures(found: Crowd | null, isOld: boolean): FeatureCollection<Polygon | Point> {
  const features = (found?.cells ?? []).flatMap((cell): Feature<Polygon | Point>[] => {
    const [west = 0, south = 0, east = 0, north = 0] = cell.box;
    const corners = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    const level = STEPS.filter((step) => cell.free >= step).length + 1;
    const label = cell.free > 0 ? `${cell.free}+` : "";
    const square: Feature<Polygon> = { type: "Feature", properties: { level, isOld }, geometry: { type: "Polygon", coordinates: [corners] } };
    if (label === "") return [square];
    return [square, { type: "Feature", properties: { label, isOld }, geometry: { type: "Point", coordinates: [(west + east) / 2, (south + north) / 2] } }];
  });
  return { type: "FeatureCollection", features };
}

/** The least that is in the squares together. */
export function totals(found: Crowd): { readonly free: number; readonly busy: number } {
  return found.cells.reduce((sum, cell) => ({ free: sum.free + cell.free, busy: sum.busy + cell.engaged }), { free: 0, busy: 0 });
}
