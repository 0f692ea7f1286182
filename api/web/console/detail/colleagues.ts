// The other operators at the open incident. A courtesy and never a lock: nothing waits for it, and its failures are not shown.
import { effect, signal } from "@preact/signals";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { selectedId } from "../state";

type Schemas = components["schemas"];
export type Colleague = Schemas["ColleagueHere"];
export type EditedField = NonNullable<Schemas["DoingHere"]["field"]>;

export const colleagues = signal<readonly Colleague[]>([]);
/** The field of the incident that is edited here; null: it is only read. */
export const editedField = signal<EditedField | null>(null);

/** The server forgets after 15 s. */
const SAY_EVERY_MS = 5_000;
/** Who tabs through a form says only where they stay. */
const STAYED_MS = 250;

/** The `presence` event of the stream. */
export function takePresence(told: Schemas["PresenceShown"]): void {
  if (told.incident_id === selectedId.value) colleagues.value = told.people;
}

/** Who else edits this field. */
export function editorsOf(field: string): readonly string[] {
  return colleagues.value.filter((one) => one.doing === "editing" && one.field === field).map((one) => one.label);
}

async function say(id: string, field: EditedField | null): Promise<void> {
  const body: Schemas["DoingHere"] = field === null ? { doing: "reading" } : { doing: "editing", field };
  const answer = await ask("put", "/v1/incidents/{incident_id}/presence", { path: { incident_id: id }, body });
  if (answer.ok) takePresence(answer.data);
}

/** Says what is done here, while an incident is open and the page is seen. Returns what stops it. */
export function startPresence(): () => void {
  let staying: ReturnType<typeof setTimeout> | undefined;
  let repeating: ReturnType<typeof setInterval> | undefined;
  const end = (): void => {
    clearTimeout(staying);
    clearInterval(repeating);
  };
  let before: string | null = null;
  const stop = effect(() => {
    const [id, field] = [selectedId.value, editedField.value];
    end();
    if (id !== before) colleagues.value = [];
    before = id;
    if (id === null) return;
    const tell = (): void => void (document.visibilityState === "visible" && say(id, field));
    staying = setTimeout(tell, STAYED_MS);
    repeating = setInterval(tell, SAY_EVERY_MS);
  });
  return () => {
    end();
    stop();
  };
}
