// What the deployment is called, its time zone and its map. `deployment_reading.ts` reads it, after the first load of the page.
import { signal } from "@preact/signals";
import type { components } from "./api";

export type Deployment = components["schemas"]["DeploymentShown"];

/** null: not read yet, and nothing was kept. */
export const deployment = signal<Deployment | null>(null);
