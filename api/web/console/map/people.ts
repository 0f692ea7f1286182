// Positions of the people who are at work for the selected incident: read when it is opened, then told by the stream.
import { signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import type { PersonUnderWay } from "./features";

type Told = components["schemas"]["PositionsEvent"];

export const engaged = signal<{ readonly incidentId: string; readonly items: readonly PersonUnderWay[] } | null>(null);
let wanted: string | null = null;

/** Every reading is audited: one when an incident is opened. */
export async function followPeople(incidentId: string | null): Promise<void> {
  if (wanted === incidentId) return;
  wanted = incidentId;
  engaged.value = null;
  if (incidentId === null) return;
  const answer = await ask("get", "/v1/incidents/{incident_id}/positions", { path: { incident_id: incidentId } });
  // The stream, or another selection, may have been faster.
  if (answer.ok && wanted === incidentId && engaged.value === null) engaged.value = { incidentId, items: answer.data.items };
}

/** The event `positions` of the stream. */
export function takePositions(told: Told): void {
  if (told.incident_id === wanted) engaged.value = { incidentId: told.incident_id, items: told.items };
}
