// The form of a report, filled with what the public has sent. Type and place are suggested by the form, and chosen by the person.
import { isEmpty } from "../report/draft";
import type { FormState } from "../report/form_state";
import type { ShownConversation } from "./waiting_messages";

/** Characters that the form takes. */
export const LONGEST = 10_000;
const ROOM_FOR_MARK = 24;
/** What `shortened` puts behind a text. */
export const IS_SHORTENED = / \[… \+\d+…?\]$/;

/** The text, or its beginning with how many characters are left out, as the server writes it: `[… +29015]`. */
export function shortened(text: string, most: number, isMore: boolean): string {
  if (text.length <= most && !isMore) return text;
  // Never in the middle of a character.
  const kept = text.slice(0, most - ROOM_FOR_MARK).replace(/[\uD800-\uDBFF]$/, "");
  return `${kept} [… +${text.length - kept.length}${isMore ? "…" : ""}]`;
}

/** False: another report is being typed, which stays as it is. */
export function fillFrom(of: ShownConversation, form: FormState): boolean {
  if (form.draft.value.conversation === of.id) return true;
  if (!isEmpty(form.draft.value)) return false;
  form.change({ description: of.text, language: of.language, callerPhone: of.phone ?? "", conversation: of.id });
  const [lon, lat] = (of.location?.coordinates ?? []) as readonly number[];
  if (lon !== undefined && lat !== undefined) void form.pickPoint({ lon, lat });
  return true;
}
