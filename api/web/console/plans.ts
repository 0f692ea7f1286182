// What the response plans say of a type: its lines at one alarm level.
import { type Result, ask } from "../shared/api_client";
import type { components } from "../shared/api";
import type { Priority } from "../shared/parts/severity";

type Schemas = components["schemas"];
export type IncidentType = Schemas["IncidentType"];
export type PlanLine = Schemas["PlanLineShown"];

/** The people that reaching `level` asks for. Empty for types and levels without a line. */
export function linesAt(types: readonly IncidentType[], of: { readonly type: string | null; readonly priority: Priority | null }, level: number): PlanLine[] {
  const plan = types.find((one) => one.type === of.type);
  if (plan === undefined) return [];
  const priority = of.priority ?? plan.priority;
  return plan.lines.filter((one) => one.level === level && one.priorities.includes(priority));
}

export function readTypes(): Promise<Result<Schemas["IncidentTypes"]>> {
  return ask("get", "/v1/incident-types", {});
}
