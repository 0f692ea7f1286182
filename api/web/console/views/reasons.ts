// Why somebody was asked, from the records of the searches. Pure.
import type { Decision } from "../state";

export interface Search {
  /** 1: the best of those considered. null: the record does not say. */
  readonly place: number | null;
  readonly considered: number;
  readonly distanceM: number | null;
  readonly etaS: number | null;
  readonly chance: number | null;
}

const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** By the id of the request. A request is in the decision that made it; people of one wave are listed best first. */
export function whyOf(decisions: readonly Decision[]): ReadonlyMap<string, Search> {
  const found = new Map<string, Search>();
  for (const decision of decisions) {
    const made = (decision.events as readonly Readonly<Record<string, unknown>>[]).filter((one) => one["kind"] === "offer_made");
    for (const search of decision.why.requirements ?? []) {
      const chosen = (search.chosen ?? []) as readonly Readonly<Record<string, unknown>>[];
      chosen.forEach((one, at) => {
        const offer = made.find((event) => event["volunteer_id"] === one["volunteer_id"] && event["requirement_id"] === search.requirement_id);
        if (offer === undefined) return;
        found.set(String(offer["offer_id"]), {
          place: at + 1,
          considered: search.considered,
          distanceM: number(one["distance_m"]) ?? number(offer["distance_m"]),
          etaS: number(one["eta_s"]) ?? number(offer["eta_s"]),
          chance: number(one["chance"]) ?? number(offer["chance"]),
        });
      });
    }
  }
  return found;
}
