// Positions of the people who are at work for the selected incident: read when it is opened and every 15 s, or told by the stream.
import { signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import type { PersonUnderWay } from "./features";

type Told = components["schemas"]["PositionsEvent"];

export const engaged = signal<{ readonly incidentId: string; readonly items: readonly PersonUnderWay[] } | null>(null);
let wanted: string | null = null;

/** Every reading is audited: people need not be followed more closely than they are driven. */
const READ_EVERY_MS = 15_000;
let timer: ReturnType<typeof setInterval> | null = null;

/** Follows the people of one incident; null: nobody. */
export function followPeople(incidentId: string | null): void {
  if (wanted === incidentId) return;
  wanted = incidentId;
  engaged.value = null;
  if (timer !== null) clearInterval(timer);
  timer = null;
  if (incidentId === null) return;
  timer = setInterval(() => void (document.visibilityState === "visible" && readPeople(incidentId)), READ_EVERY_MS);
  void readPeople(incidentId);
}

async function readPeople(incidentId: string): Promise<void> {
  const answer = await ask("get", "/v1/incidents/{incident_id}/positions", { path: { incident_id: incidentId } });
  // Another incident may have been opened meanwhile.
  if (answer.ok && wanted === incidentId) engaged.value = { incidentId, items: answer.data.items };
}

/** The event `positions`, which a stream of this incident sends. */
export function takePositions(told: Told): void {
  if (told.incident_id === wanted) engaged.value = { incidentId: told.incident_id, items: told.items };
}
