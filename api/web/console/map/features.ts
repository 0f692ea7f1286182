// What the map shows, as GeoJSON, from the state of the console. Pure: no map library here.
import type { Feature, FeatureCollection, Geometry, LineString, Point, Polygon } from "geojson";
import type { components } from "../../shared/api";
import { METRES_PER_DEGREE } from "../../shared/earth";
import { NUMBER_OF } from "../../shared/parts/severity";
import { numberOf } from "../queue/number";
import type { LonLat } from "./picking";

type Schemas = components["schemas"];
export type Row = Schemas["IncidentRow"];
export type PersonUnderWay = Schemas["PersonUnderWay"];
export type Box = readonly [west: number, south: number, east: number, north: number];

/** A fix that is older says where somebody was. */
export const OLD_AFTER_S = 120;
const RING_POINTS = 96;

/** What the plate of an incident says: its number, then people found and needed. */
export function plateText(row: Pick<Row, "id" | "call_number" | "accepted" | "needed" | "exercise">, drill: string): string {
  if (row.exercise) return `${drill}  ${plateText({ ...row, exercise: false }, drill)}`;
  return `${numberOf(row)}  ${row.accepted}/${row.needed}`;
}

export function incidentFeatures(rows: Iterable<Row>, selected: string | null, drill: string): FeatureCollection<Point> {
  const features: Feature<Point>[] = [];
  for (const row of rows) {
    if (row.place === null) continue;
    features.push({
      type: "Feature",
      properties: { id: row.id, priority: row.priority, plate: plateText(row, drill), order: NUMBER_OF[row.priority], isSelected: row.id === selected },
      geometry: { type: "Point", coordinates: [row.place.lon, row.place.lat] },
    });
  }
  return { type: "FeatureCollection", features };
}

/** Degrees clockwise from north, from one place to another; flat, as it looks on the map. */
export function bearing(from: LonLat, to: LonLat): number {
  const east = (to.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180);
  return ((Math.atan2(east, to.lat - from.lat) * 180) / Math.PI + 360) % 360;
}

const SHAPE_OF: Readonly<Partial<Record<PersonUnderWay["state"], string>>> = { on_scene: "square", en_route: "arrow", accepted: "dot" };

/** People of the selected incident, with a line from each one on the way. People without a position are not on the map. */
export function peopleFeatures(
  people: readonly PersonUnderWay[],
  target: LonLat | null,
  isStale: boolean,
  minutes: (minutes: number) => string,
): FeatureCollection<Point | LineString> {
  const features: Feature<Point | LineString>[] = [];
  for (const one of people) {
    const shape = SHAPE_OF[one.state];
    if (one.lon === null || one.lat === null || shape === undefined) continue;
    const at = { lon: one.lon, lat: one.lat };
    const isOld = isStale || one.fix_age_s === null || one.fix_age_s > OLD_AFTER_S;
    const eta = one.state === "en_route" && one.eta_s !== null ? minutes(Math.max(1, Math.round(one.eta_s / 60))) : "";
    const label = [one.label ?? one.volunteer_id, eta].filter((text) => text !== "").join(", ");
    features.push({
      type: "Feature",
      properties: { image: `${shape}-${isOld ? "old" : "fresh"}`, label, turn: shape === "arrow" && target !== null ? bearing(at, target) : 0 },
      geometry: { type: "Point", coordinates: [at.lon, at.lat] },
    });
    if (shape !== "arrow" || target === null) continue;
    const line: [number, number][] = [[at.lon, at.lat], [target.lon, target.lat]];
    features.push({ type: "Feature", properties: { isOld }, geometry: { type: "LineString", coordinates: line } });
  }
  return { type: "FeatureCollection", features };
}

/** The circle in which people are looked for. */
export function ringFeature(centre: LonLat, radiusM: number, label: string): Feature<Polygon> {
  const perDegree = METRES_PER_DEGREE * Math.cos((centre.lat * Math.PI) / 180);
  const ring = Array.from({ length: RING_POINTS + 1 }, (_, at): [number, number] => {
    const angle = ((at % RING_POINTS) / RING_POINTS) * 2 * Math.PI;
    return [centre.lon + (Math.sin(angle) * radiusM) / perDegree, centre.lat + (Math.cos(angle) * radiusM) / METRES_PER_DEGREE];
  });
  return { type: "Feature", properties: { label }, geometry: { type: "Polygon", coordinates: [ring] } };
}

type Searching = Pick<Schemas["RequirementShown"], "capability" | "max_distance_m" | "ladder" | "shortfall">;

/** How far the search of an incident reaches now; null where nobody is looked for in the field, or no limit is known. */
export function searchRadiusM(requirements: readonly Searching[]): number | null {
  const radii = requirements
    .filter((one) => one.capability === "field" && one.shortfall > 0 && one.max_distance_m !== null)
    .map((one) => (one.max_distance_m ?? 0) * Math.max(1, one.ladder?.ring ?? 1));
  return radii.length === 0 ? null : Math.max(...radii);
}

export function areaFeature(geometry: Geometry, isHazard: boolean, label: string): Feature | null {
  return geometry.type === "Point" ? null : { type: "Feature", properties: { isHazard, label }, geometry };
}

/** The box around all places; null without any. */
export function boxOf(places: Iterable<LonLat>): Box | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { lon, lat } of places) {
    [west, east] = [Math.min(west, lon), Math.max(east, lon)];
    [south, north] = [Math.min(south, lat), Math.max(north, lat)];
  }
  return west > east ? null : [west, south, east, north];
}

/** Where people of an incident gather, each place once. */
export function stagingFeatures(offers: readonly { readonly staging: LonLat | null }[], label: string): Feature<Point>[] {
  const places = new Map(offers.flatMap(({ staging }) => (staging === null ? [] : [[`${staging.lon} ${staging.lat}`, staging] as const])));
  return [...places.values()].map(({ lon, lat }) => ({ type: "Feature", properties: { label }, geometry: { type: "Point", coordinates: [lon, lat] } }));
}
