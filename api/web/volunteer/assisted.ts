// Which hints a person has used for an answer: marked beside the answer, so that it is known what software had a part in.
import type { components } from "../shared/api";
import { type Hint, isPlace } from "../shared/assistant/values";
import type { Draft } from "./drafts";
import type { Spot } from "./geometry";
import type { Offer } from "./jobs";
import { written } from "./map/written";

/** As many as the API takes. */
const IDS_AT_MOST = 20;

/** A device may still hold an offer that an older server told. */
export const hintsOf = (task: Partial<Pick<NonNullable<Offer["task"]>, "hints">> | null | undefined): readonly Hint[] => task?.hints ?? [];

export function spotOfHint({ kind, value }: Hint): Spot | null {
  if (kind !== "place" || !isPlace(value) || value.location.type !== "Point") return null;
  const [lon, lat] = value.location.coordinates;
  return { lon, lat };
}

/** The words that a hint adds to a text: those of the caller, where they are the value, and nothing translated by guess. */
export function isUsed(hint: Hint, draft: Draft, said: string): boolean {
  if (hint.kind === "missing") return draft.asked.length > 0;
  if (hint.kind === "similar") return draft.incident !== "" && draft.incident === hint.value["incident_id"];
  const spot = spotOfHint(hint);
  if (spot !== null && draft.place === written(spot)) return true;
  return draft.assisted.includes(hint.id) && said !== "" && draft.text.includes(said);
}

/** The ids of the hints that are still in the answer; a place or words that the person has replaced are their own. */
export function assistedBy(hints: readonly Hint[], draft: Draft, saidOf: (hint: Hint) => string): string[] {
  return hints.filter((one) => (one.kind === "missing" || draft.assisted.includes(one.id)) && isUsed(one, draft, saidOf(one))).map(({ id }) => id);
}

/** Work whose hints can be taken into the answer by a tap. */
const TAKEN: ReadonlySet<string> = new Set(["geolocate", "translate", "summarise", "monitor_media"]);

/** What an answer says about the hints; null: nothing. Whoever only read them, as at a call, has not said that they were of no use. */
export function assistanceOf(task: NonNullable<Offer["task"]>, draft: Draft, saidOf: (hint: Hint) => string): string[] | null {
  const hints = hintsOf(task);
  if (hints.length === 0) return null;
  const used = assistedBy(hints, draft, saidOf);
  return used.length === 0 && !TAKEN.has(task.kind) ? null : used;
}

/** null: no hint was shown. Empty: none of them was of use, which judges them as well. */
export const sentWith = (ids: readonly string[] | null): Pick<components["schemas"]["Result"], "assisted_by"> =>
  ids === null ? {} : { assisted_by: ids.slice(0, IDS_AT_MOST) };
