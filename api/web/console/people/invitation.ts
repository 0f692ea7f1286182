// What an operator states about a new volunteer, and the profile that becomes of it.
import type { components } from "../../shared/api";

type Profile = components["schemas"]["VolunteerIn"];
type Skill = NonNullable<Profile["skills"]>[number];
type Mode = NonNullable<Profile["travel_mode"]>;

export interface Invitation {
  readonly id: string;
  readonly name: string;
  readonly phone: string;
  readonly skills: readonly string[];
  readonly languages: readonly string[];
  readonly mode: Mode;
}

export const SKILLS = {
  field: ["first_aid", "cpr", "nurse", "doctor", "rescue", "search", "firefighting", "boat", "driver", "off_road", "logistics", "coordination", "radio", "psychologist"],
  digital: ["verification", "call_taking", "mapping", "geolocation", "media_monitoring", "translator"],
} as const satisfies Readonly<Record<string, readonly Skill[]>>;

const LETTERS = 6;

/** An id that is short enough to be read out, and hard to meet twice. */
export function freshId(): string {
  const random = crypto.getRandomValues(new Uint8Array(LETTERS));
  // Without letters and digits that are taken for each other.
  const alphabet = "abcdefghkmnpqrstuvwxyz23456789";
  return `v-${[...random].map((one) => alphabet[one % alphabet.length]).join("")}`;
}

export function profileOf(of: Invitation): Profile {
  const digital: readonly string[] = SKILLS.digital;
  const capabilities: Profile["capabilities"] = [];
  if (of.skills.some((skill) => !digital.includes(skill))) capabilities.push("field");
  if (of.skills.some((skill) => digital.includes(skill))) capabilities.push("digital");
  return {
    capabilities,
    skills: [...of.skills] as Skill[],
    languages: [...of.languages],
    travel_mode: of.mode,
    // The name as operators see it in lists; the contact is for those who work together.
    label: of.name.trim() || null,
    contact: { name: of.name.trim() || null, phone: of.phone.trim() || null },
    // They say themselves that they are there, on their phone.
    on_duty: false,
  };
}
