// Districts and regions of the country from files of this build, towns from the API. Nothing is asked of another host.
import type { FeatureCollection, Geometry, Point } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import boundariesUrl from "../basemap/boundaries.topo.json?url";
import townsUrl from "../basemap/towns.geo.json?url";
import type { components } from "./api";
import { ask } from "./api_client";

export interface BaseMap {
  readonly districts: Geometry;
  readonly regions: Geometry;
  readonly labels: FeatureCollection<Point>;
  readonly towns: FeatureCollection;
}
type TownList = components["schemas"]["TownList"];

const NAMES_WITHIN_MS = 5_000;

interface Named {
  readonly label: [number, number];
}
export type Boundaries = Topology<{ readonly districts: GeometryCollection<Named>; readonly regions: GeometryCollection<Named> }> ;

/** Borders once each, and a point with the names for every district and region. */
export function baseMapOf(boundaries: Boundaries, towns: FeatureCollection): BaseMap {
  const { districts, regions } = boundaries.objects;
  const labels = (["district", "region"] as const).flatMap((kind) =>
    feature(boundaries, kind === "district" ? districts : regions).features.map(({ properties }) => ({
      type: "Feature" as const,
      properties: { ...properties, kind },
      geometry: { type: "Point" as const, coordinates: properties.label },
    })),
  );
  return {
    districts: mesh(boundaries, districts, (one, other) => one !== other),
    regions: mesh(boundaries, regions),
    labels: { type: "FeatureCollection", features: labels },
    towns,
  };
}

export async function readBaseMap(): Promise<BaseMap> {
  const [boundaries, towns] = await Promise.all([read<Boundaries>(boundariesUrl), readTowns()]);
  return baseMapOf(boundaries, towns);
}

/** Named as the search for places names them; without an answer those of the build, which know fewer names. */
async function readTowns(): Promise<FeatureCollection> {
  const answer = await ask("get", "/v1/places/towns", { repeats: 0, signal: AbortSignal.timeout(NAMES_WITHIN_MS) });
  return answer.ok ? townsOf(answer.data) : read<FeatureCollection>(townsUrl);
}

export function townsOf({ items }: TownList): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: items.map(({ name, inhabitants, location }) => ({
      type: "Feature",
      properties: { ...name, population: inhabitants },
      geometry: { type: "Point", coordinates: location.coordinates as [number, number] },
    })),
  };
}

async function read<T>(url: string): Promise<T> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`base map: ${answer.status}`);
  return (await answer.json()) as T;
}
