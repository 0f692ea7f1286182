// Places as they stand in the draft of a result: `latitude, longitude`, one a line. The text is the result; map and search write it.
import type { Spot } from "../geometry";

/** `latitude, longitude` as people write it. The order is never guessed. */
export function spotIn(text: string): Spot | null {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (found === null) return null;
  const [lat, lon] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}

/** Some 10 cm: more digits only look exact. */
export function written({ lon, lat }: Spot): string {
  return `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
}

export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/** The places of a text; null if a line holds none. */
export function spotsIn(text: string): Spot[] | null {
  const found = linesOf(text).map(spotIn);
  return found.some((spot) => spot === null) ? null : (found as Spot[]);
}

export type Drawn = { readonly type: "Point"; readonly coordinates: number[] } | { readonly type: "Polygon"; readonly coordinates: number[][][] };

/** One place is a point, three and more are the corners of an area. `few`: two, which are neither. */
export function geometryOf(text: string): Drawn | "bad" | "few" {
  const spots = spotsIn(text);
  const [first, second] = spots ?? [];
  if (spots === null || first === undefined) return "bad";
  const pairs = spots.map(({ lon, lat }) => [lon, lat]);
  if (second === undefined) return { type: "Point", coordinates: [first.lon, first.lat] };
  return spots.length < 3 ? "few" : { type: "Polygon", coordinates: [[...pairs, [first.lon, first.lat]]] };
}
