// The plain geometry of the sketch: metres east and north of the person, whole kilometres as rings.
import { METRES_PER_DEGREE } from "../shared/earth";

/** GeoJSON, as far as it matters here. */
interface Geometry {
  readonly coordinates?: unknown;
}
export interface Spot {
  readonly lon: number;
  readonly lat: number;
}
export interface Metres {
  readonly east: number;
  readonly north: number;
}

/** Equirectangular: below 100 km the error is under a pixel of the sketch. */
export function metresFrom(centre: Spot, to: Spot): Metres {
  const north = (to.lat - centre.lat) * METRES_PER_DEGREE;
  const east = (((to.lon - centre.lon + 540) % 360) - 180) * METRES_PER_DEGREE * Math.cos((centre.lat * Math.PI) / 180);
  return { east, north };
}

export function apartM(one: Spot, other: Spot): number {
  const { east, north } = metresFrom(one, other);
  return Math.hypot(east, north);
}

/** A point of the geometry: itself, or the middle of the bounding box of an area. */
export function spotOf(geometry: Geometry | null | undefined): Spot | null {
  if (geometry == null) return null;
  const found = pairs(geometry.coordinates);
  if (found.length === 0) return null;
  const [lons, lats] = [found.map(([lon]) => lon), found.map(([, lat]) => lat)];
  const middle = (values: readonly number[]): number => (Math.min(...values) + Math.max(...values)) / 2;
  return { lon: middle(lons), lat: middle(lats) };
}

function pairs(value: unknown): [number, number][] {
  if (!Array.isArray(value)) return [];
  if (typeof value[0] === "number" && typeof value[1] === "number") return [[value[0], value[1]]];
  return value.flatMap(pairs);
}

/** The step of the rings in km, so that the farthest spot lies within three of them: 1, 2, 5, 10, … */
export function ringStepKm(distanceM: number): number {
  for (let step = 1; ; step *= 10) for (const one of [step, 2 * step, 5 * step]) if (distanceM <= one * 3000) return one;
}
