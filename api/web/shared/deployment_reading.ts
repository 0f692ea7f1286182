// Reads the deployment, and keeps it on this device: without a network the clock is right as well.
import { ask } from "./api_client";
import { type Deployment, deployment } from "./deployment";
import { setTimeZone } from "./formats";

const KEPT_AS = "komek-deployment";

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
