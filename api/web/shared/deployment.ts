// What the deployment is called, its time zone and its map. Kept on this device: without a network the clock is right as well.
import { signal } from "@preact/signals";
import type { components } from "./api";
import { ask } from "./api_client";
import { setTimeZone } from "./formats";

export type Deployment = components["schemas"]["DeploymentShown"];
const KEPT_AS = "komek-deployment";

/** null: not read yet, and nothing was kept. */
export const deployment = signal<Deployment | null>(null);

/** Takes what an earlier visit kept, and reads it anew. Never fails: the pages work without it. */
export async function startDeployment(): Promise<void> {
  take(kept());
  const answer = await ask("get", "/v1/deployment", {});
  if (!answer.ok) return;
  take(answer.data);
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(answer.data));
  } catch {
    // Denied or full: the next visit reads it again.
  }
}

function kept(): Deployment | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? "null") as Deployment | null;
  } catch {
    return null;
  }
}

function take(found: Deployment | null): void {
  if (found === null) return;
  deployment.value = found;
  try {
    setTimeZone(found.time_zone);
  } catch {
    // This browser does not know the zone: the one before stays, and the clock names it.
  }
}
