// A point to speak of: the point itself, or the middle of the corners of an area.
type Pair = readonly [number, number];

function pairsOf(value: unknown): Pair[] {
  if (!Array.isArray(value)) return [];
  if (typeof value[0] === "number" && typeof value[1] === "number") return [[value[0], value[1]]];
  return value.flatMap(pairsOf);
}

/** Null without a place. `geometry`: GeoJSON, longitude first. */
export function centreOf(geometry: unknown): { readonly lon: number; readonly lat: number } | null {
  const pairs = pairsOf((geometry as { coordinates?: unknown } | null)?.coordinates);
  if (pairs.length === 0) return null;
  const [lons, lats] = [pairs.map((pair) => pair[0]), pairs.map((pair) => pair[1])];
  const middle = (values: readonly number[]): number => (Math.min(...values) + Math.max(...values)) / 2;
  return { lon: middle(lons), lat: middle(lats) };
}
