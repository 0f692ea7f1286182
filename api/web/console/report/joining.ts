// Whether a saved report became a part of the incident that it was added to: its first decision tells.
import { ask } from "../../shared/api_client";

/** `unknown`: nobody has decided yet, or it cannot be read; the report is saved all the same. */
export type Joining = "done" | "failed" | "unknown";

const LOOKS = 8;
const LOOK_EVERY_MS = 300;

export async function joiningOf(id: string, into: string, pauseMs = LOOK_EVERY_MS): Promise<Joining> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const answer = await ask("get", "/v1/incidents/{incident_id}", { path: { incident_id: id }, repeats: 0 });
    if (!answer.ok) continue;
    const { status, merging_into, merged_into } = answer.data;
    if (merging_into === into || merged_into === into) return "done";
    if (status !== "reported") return "failed";
  }
  return "unknown";
}
