// What stands on every screen while a signal of danger may be open: when it was given, and that 112 can be called. A tap opens it.
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import type { Danger } from "../jobs";
import { asking } from "../screens/distress";
import { danger } from "../state";
import { t } from "../text";
import { Icon } from "./icon";

export function DangerLine() {
  const signal = danger.value;
  if (signal === null || asking.value !== null) return null;
  return (
    <button type="button" class="set given" data-action="distress-open" onClick={() => (asking.value = { offer: signal.offer, isSent: true })}>
      <span role="status">{dangerText(signal)}<small>{t().common.emergency}</small></span>
      <Icon of="distress" />
    </button>
  );
}

export function dangerText({ at, state }: Danger): string {
  const { distress: text } = t().own;
  return state === "received" ? text.given(at) : `${text[state]} · ${formats(language.value).time(at)}`;
}
