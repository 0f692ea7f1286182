// What the phone says aloud and by vibration: a new request, a question about safety, a change of the job. Each once.
import { effect } from "@preact/signals";
import { alarm } from "../shared/announcer";
import { view } from "./state";
import { t } from "./text";
import { skillWord } from "./words";

const OFFER_PATTERN = [300, 150, 300, 150, 600];
const SAFETY_PATTERN = [600, 200, 600];

/** Returns what stops it. */
export function announce(): () => void {
  let last = "";
  return effect(() => {
    const present = view.value;
    if (present.kind === "quiet" || present.kind === "thanks") {
      last = "";
      return;
    }
    const { offer } = present;
    const safety = offer.check_in?.state === "asked" || offer.check_in?.state === "warned";
    const subject = `${present.kind} ${offer.id} ${safety ? "check-in" : ""} ${offer.to_confirm?.version ?? ""}`;
    if (subject === last) return;
    last = subject;
    const { own } = t();
    if (present.kind === "offer") ring(own.offer.title(skillWord(offer.skill)), OFFER_PATTERN);
    else if (safety) ring(own.checkIn.title, SAFETY_PATTERN);
    else if (offer.to_confirm !== null) ring(own.changed.title, SAFETY_PATTERN);
  });
}

function ring(text: string, pattern: readonly number[]): void {
  alarm(text);
  // Not every phone has it, and browsers refuse it before the first tap with an error in their log.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([...pattern]);
}
