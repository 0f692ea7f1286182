// How people are named to operators: as they chose to be shown, else by their id.
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
  const people: readonly Named[] = [...(of?.offers ?? []), ...(of?.person == null ? [] : [of.person])];
  const found = people.find((one) => one.volunteer_id === id);
  if (found?.label == null) return id;
  const isShared = people.some((one) => one.label === found.label && one.volunteer_id !== id);
  return isShared ? `${found.label} ${id}` : found.label;
}

/** The name of somebody of the incident that is open. */
export function nameById(id: string): string {
  return nameIn(known.value?.incident, id);
}
