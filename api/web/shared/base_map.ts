// Districts, regions and towns of the country, from files of this build. Nothing is asked of another host.
import type { FeatureCollection, Geometry, Point } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import boundariesUrl from "../basemap/boundaries.topo.json?url";
import townsUrl from "../basemap/towns.geo.json?url";

export interface BaseMap {
  readonly districts: Geometry;
  readonly regions: Geometry;
  readonly labels: FeatureCollection<Point>;
  readonly towns: FeatureCollection;
}
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
  const [boundaries, towns] = await Promise.all([read<Boundaries>(boundariesUrl), read<FeatureCollection>(townsUrl)]);
  return baseMapOf(boundaries, towns);
}

async function read<T>(url: string): Promise<T> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`base map: ${answer.status}`);
  return (await answer.json()) as T;
}
