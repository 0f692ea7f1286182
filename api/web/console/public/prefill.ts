// The form of a report, filled with what the public has sent. Type and place are suggested by the form, and chosen by the person.
import { isEmpty } from "../report/draft";
import type { FormState } from "../report/form_state";
import type { ShownConversation } from "./waiting_messages";

/** False: another report is being typed, which stays as it is. */
export function fillFrom(of: ShownConversation, form: FormState): boolean {
  if (form.draft.value.conversation === of.id) return true;
  if (!isEmpty(form.draft.value)) return false;
  form.change({ description: of.text, language: of.language, callerPhone: of.phone ?? "", conversation: of.id });
  const [lon, lat] = (of.location?.coordinates ?? []) as readonly number[];
  if (lon !== undefined && lat !== undefined) void form.pickPoint({ lon, lat });
  return true;
}
