// How people are named to operators: as they chose to be shown, else by their id.
import { signal } from "@preact/signals";
import { ask } from "../../shared/api_client";
import { type Incident, known } from "../state";

interface Named {
  readonly volunteer_id: string;
  readonly label?: string | null;
}

export function nameOf(one: Named): string {
  return one.label ?? one.volunteer_id;
}

/** The name of somebody whom this incident knows; any other id as it is. Where two have one name, the id tells them apart. */
export function nameIn(of: Incident | undefined, id: string): string {
  return nameAmong([...(of?.offers ?? []), ...(of?.person == null ? [] : [of.person])], id);
}

/** The name among people who are shown together. */
export function nameAmong(people: readonly Named[], id: string): string {
  const found = people.find((one) => one.volunteer_id === id);
  if (found?.label == null) return id;
  const isShared = people.some((one) => one.label === found.label && one.volunteer_id !== id);
  return isShared ? `${found.label} ${id}` : found.label;
}

/** Labels of people who were not asked, by id: what `learnNames` was told. */
const learnt = signal<ReadonlyMap<string, string | null>>(new Map());
const LEARNT_AT_MOST = 200;

/** The name of somebody of the incident that is open, or of whom the name was learnt; any other id as it is. */
export function nameById(id: string): string {
  const name = nameIn(known.value?.incident, id);
  return name === id ? (learnt.value.get(id) ?? id) : name;
}

/** Reads the names of a few people whom the incident does not name, one after the other: each look is in the audit. */
export async function learnNames(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (nameById(id) !== id || learnt.peek().has(id)) continue;
    const answer = await ask("get", "/v1/volunteers", { query: { q: id, limit: 1 } });
    if (!answer.ok) return;
    const label = answer.data.items.find((one) => one.id === id)?.label ?? null;
    learnt.value = new Map([...learnt.peek(), [id, label] as const].slice(-LEARNT_AT_MOST));
  }
}
