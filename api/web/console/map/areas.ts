// Shapes of the incidents that are areas. Rows tell only that there is one; each is read once for each edit.
import { signal } from "@preact/signals";
import type { Geometry } from "geojson";
import { ask } from "../../shared/api_client";
import type { Row } from "./features";

export interface Area {
  readonly editVersion: number;
  readonly geometry: Geometry;
  readonly isHazard: boolean;
}
export const areas = signal<ReadonlyMap<string, Area>>(new Map());

/** Each reading is audited, and a map of hundreds of areas shows none. */
const AT_MOST = 40;
const asked = new Map<string, number>();

export async function readAreas(rows: Iterable<Row>): Promise<void> {
  const wanted = [...rows].filter((row) => row.area === true).slice(0, AT_MOST);
  for (const row of wanted) {
    if (asked.get(row.id) === row.edit_version) continue;
    asked.set(row.id, row.edit_version);
    const answer = await ask("get", "/v1/incidents/{incident_id}", { path: { incident_id: row.id } });
    if (!answer.ok) asked.delete(row.id);
    else if (answer.data.location !== null) {
      const { location, hazard } = answer.data;
      areas.value = new Map(areas.peek()).set(row.id, { editVersion: row.edit_version, geometry: location as unknown as Geometry, isHazard: hazard !== null });
    }
  }
}
