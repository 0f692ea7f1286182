// What somebody sent is on its way. Shown after a moment only, so that it does not flicker where the answer comes at once.
import { isSending } from "../api_client";

/** Not a live region: what comes of it is read out, not that it takes long. */
export function SendingLine({ text }: { text: string }) {
  return isSending.value ? <p class="sending" aria-hidden="true">{text}</p> : null;
}
