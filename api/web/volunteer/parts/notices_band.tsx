// On the home screen: whether requests reach this device while the page is closed. Always there, and honest.
import { now } from "../../shared/clock";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { type PushState, otherWays, ownChannel, pushState } from "../notices/channels";
import { TEXTS } from "../notices/text";
import { Icon } from "./icon";
import "../notices.css";

export async function loadNoticesBand() {
  await TEXTS.load();
  return NoticesBand;
}

function NoticesBand() {
  const texts = TEXTS.read();
  const state = pushState.value;
  const others = otherWays.value;
  const names = formats(language.value).list(others.map((kind) => texts.kinds[kind]));
  return (
    <a class={`band link ${toneOf(state)}`} href="#notices" data-push={state}>
      <Icon of="bell" />
      <span>
        <strong>{texts.push[state]}</strong>
        <small class="more">{state === "on" ? lastShown() : texts.more[state].replace(/:$/, ".")}{others.length > 0 && ` · ${texts.others(names)}`}</small>
      </span>
    </a>
  );
}

export function toneOf(state: PushState): string {
  if (state === "on") return "good";
  return state === "unknown" ? "" : "doubt";
}

/** When this device last said that it had shown a notice. */
export function lastShown(): string {
  const at = ownChannel.value?.last_heard ?? null;
  const texts = TEXTS.read();
  return at === null ? texts.neverHeard : texts.heard(Math.max(0, (now.value - Date.parse(at)) / 1000));
}
