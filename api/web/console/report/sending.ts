// From the draft to the report that the API takes, and from its refusal to the fields of the form.
import type { components } from "../../shared/api";
import type { Problem } from "../../shared/problem";
import type { Draft } from "./draft";

export type Report = components["schemas"]["IncidentReport"];
export const FIELDS = ["description", "language", "place", "address", "type", "priority", "caller"] as const;
export type Field = (typeof FIELDS)[number];
/** `choose`: something was typed and nothing chosen of what it may mean. */
/** `unread`: software wrote it down, and nobody has compared it. */
/** `unseen`: sending itself has taken a place that may be another than was meant. */
export type FaultCode = "missing" | "choose" | "refused" | "unread" | "unseen";
export type Faults = Readonly<Partial<Record<Field, FaultCode>>>;

/** What must be chosen before it can be sent. A place may be absent only by choice: an incident without one finds nobody nearby. */
export function faultsOf(draft: Draft): Faults {
  const faults: Partial<Record<Field, FaultCode>> = {};
  if (isUnread(draft)) faults.description = "unread";
  if (draft.type === null) faults.type = draft.typeText.trim() === "" ? "missing" : "choose";
  if (draft.place === null) faults.place = draft.placeText.trim() === "" ? "missing" : "choose";
  return faults;
}

/** Whether words stand in the report that nobody has compared with what they come from. */
export const isUnread = (draft: Draft): boolean => draft.heard !== "" && draft.description.trim() !== "";

/** Only after `faultsOf` found nothing. Texts stay as they were typed. */
export function reportOf(draft: Draft): Report {
  const { place, priority } = draft;
  if (draft.type === null || place === null) throw new Error("the draft has faults");
  const caller = {
    ...(draft.callerName.trim() === "" ? {} : { name: draft.callerName.trim() }),
    ...(draft.callerPhone.trim() === "" ? {} : { phone: draft.callerPhone.trim() }),
  };
  return {
    type: draft.type,
    location: { type: "Point", coordinates: [place.lon, place.lat] },
    ...(draft.description.trim() === "" ? {} : { description: draft.description }),
    ...(draft.language === "" ? {} : { language: draft.language }),
    ...(priority === null ? {} : { priority }),
    ...(draft.address.trim() === "" ? {} : { address: draft.address.trim() }),
    ...(Object.keys(caller).length === 0 ? {} : { caller }),
    ...(draft.joins === null ? {} : { into: draft.joins.id }),
    ...(draft.conversation === null ? {} : { conversation_id: draft.conversation }),
    ...(draft.exercise ? { exercise: true } : {}),
  };
}

const BY_NAME: Readonly<Record<string, Field>> = { location: "place", caller: "caller" };

/** The fields that the server refused; a field that the form does not have leaves its problem to the form as a whole. */
export function faultsBy(problem: Problem): Faults {
  const faults: Partial<Record<Field, FaultCode>> = {};
  for (const { field } of problem.params.errors ?? []) {
    const first = field.split(/[.[]/)[0] ?? field;
    const known = BY_NAME[first] ?? FIELDS.find((one) => one === first);
    if (known !== undefined) faults[known] = "refused";
  }
  return faults;
}

export const firstFault = (faults: Faults): Field | null => FIELDS.find((one) => faults[one] !== undefined) ?? null;
