// An edit of the open incident, field by field. What is typed is never replaced; fields that nobody touches here follow the incident.
import type { components } from "../../shared/api";
import type { Incident } from "../state";

type Schemas = components["schemas"];
export type Conflict = Schemas["Conflict"];

export const FIELDS = ["priority", "type", "description", "location", "address"] as const;
export type Field = (typeof FIELDS)[number];
/** All as text: the place as the JSON of its geometry, empty without one. */
export type Values = Readonly<Record<Field, string>>;

/** `base`: what the operator saw when they began to change a field; `mine`: what they want there. */
export interface Edit {
  readonly base: Values;
  readonly mine: Values;
}

const UNTOUCHED = { location: "" };

export function valuesOf(of: Incident): Values {
  return { priority: of.priority, type: of.type, description: of.description ?? "", location: geometryText(of.location), address: of.address ?? "" };
}

export function begun(of: Incident): Edit {
  const values = valuesOf(of);
  return { base: values, mine: values };
}

export function changedFields(edit: Edit): Field[] {
  return FIELDS.filter((field) => edit.mine[field] !== edit.base[field]);
}

/** The incident has changed: untouched fields follow, touched ones stay as they are. */
export function following(edit: Edit, now: Values): Edit {
  const touched = new Set(changedFields(edit));
  const pick = (of: Values): Values => Object.fromEntries(FIELDS.map((field) => [field, touched.has(field) ? of[field] : now[field]])) as unknown as Values;
  return { base: pick(edit.base), mine: pick(edit.mine) };
}

export function typed(edit: Edit, field: Field, value: string): Edit {
  return { ...edit, mine: { ...edit.mine, [field]: value } };
}

/** After a conflict: `theirs` is seen now, so a repeat replaces it knowingly; or it is taken. */
export function keepMine(edit: Edit, field: Field, theirs: string): Edit {
  return { ...edit, base: { ...edit.base, [field]: theirs } };
}

export function takeTheirs(edit: Edit, field: Field, theirs: string): Edit {
  return typed(keepMine(edit, field, theirs), field, theirs);
}

/** Two texts of one geometry are equal: as the server wrote it, or as a chosen point is written here. */
export function geometryText(geometry: unknown): string {
  const { type, coordinates } = (geometry ?? {}) as { type?: unknown; coordinates?: unknown };
  return coordinates === undefined ? "" : JSON.stringify({ type, coordinates });
}

/** As text, what another operator has stored in a field. */
export function storedText(field: string, value: unknown): string {
  return field === "location" ? geometryText(value) : String(value ?? "");
}

/** As it was kept on this device; null for what cannot be read. */
export function keptEdit(kept: string): Edit | null {
  try {
    const { base, mine } = JSON.parse(kept) as Edit;
    // Kept before a field was there: unchanged.
    const whole = (of: Values): Values => ({ ...UNTOUCHED, ...of });
    const edit = { base: whole(base), mine: whole(mine) };
    return [edit.base, edit.mine].every((of) => FIELDS.every((field) => typeof of[field] === "string")) ? edit : null;
  } catch {
    return null;
  }
}

/** Only the fields that are changed are compared: edits of others never refuse this one. */
export function bodyOf(edit: Edit): Schemas["IncidentPatch"] {
  const fields = changedFields(edit);
  const sent = (field: Field, text: string): unknown => (text === "" ? null : field === "location" ? (JSON.parse(text) as unknown) : text);
  const pick = (of: Values): object => Object.fromEntries(fields.map((field) => [field, sent(field, of[field])]));
  return { ...pick(edit.mine), expected: pick(edit.base) } as Schemas["IncidentPatch"];
}
