// The strip on top: state, the server's clock, counts, sound, language, who is signed in.
import { now } from "../../shared/clock";
import { deployment } from "../../shared/deployment";
import { timeZone } from "../../shared/formats";
import { LANGUAGES, type Language, OWN_NAMES, language } from "../../shared/language";
import { KeyCap } from "../../shared/parts/key_cap";
import { session } from "../../shared/session";
import { leave } from "../leaving";
import { choose } from "../../shared/text";
import { arm, isArmed } from "../alarms/sounds";
import { counts } from "../queue/list";
import { f } from "../say";
import { isShown, isUnread, openMessages, told } from "../public/waiting_messages";
import { isStale, place, status } from "../state";
import { t } from "../text";

const SHORT_NAMES: Readonly<Record<Language, string>> = { kk: "ҚАЗ", ru: "РУС", en: "ENG" };

export function Head() {
  const text = t().own.desk.head;
  const onDuty = status.value?.volunteers_on_duty ?? null;
  return (
    <header class="head">
      <div class="cell dep"><h1 class="v" title={`${t().common.name}${placeName()}`}><span class="brand">{t().common.name}</span>{placeName()}<span class="visually-hidden">: {t().own.title}</span></h1><Working /></div>
      <Clock />
      <Count label={text.open} value={counts.value.all} />
      <Count label={text.short} value={counts.value.short} isWarning={counts.value.short > 0} />
      <Count label={text.duty} value={onDuty} />
      {isShown.value && (
        <button type="button" class="cell num sound" data-action="open-messages" aria-keyshortcuts="9" aria-pressed={place.value === "messages"} onClick={openMessages}>
          <span class="k">{t().own.desk.messages.count} <KeyCap of="9" /></span>
          <span class={isUnread.value ? "v live warn" : "v live"}>{f().number(told.value?.waiting ?? 0)}</span>
        </button>
      )}
      {deployment.value?.exercise === true && <div class="cell drill" data-exercise><span class="k">{text.drill}</span><span class="v">{t().common.exercise}</span></div>}
      <div class="push" />
      <button type="button" class="cell sound" data-action="arm-sound" aria-pressed={isArmed.value} onClick={() => void arm()}>
        <span class="k">{text.sound}</span>
        <span class={isArmed.value ? "v" : "v warn"}>{isArmed.value ? text.on : text.arm}</span>
      </button>
      <div class="langs" role="group" aria-label={t().common.language.label}>
        {LANGUAGES.map((one) => (
          <button key={one} type="button" lang={one} title={OWN_NAMES[one]} data-action={`language-${one}`} aria-pressed={language.value === one} onClick={() => void choose(one)}>
            {SHORT_NAMES[one]}
          </button>
        ))}
      </div>
      <div class="cell me">
        <button type="button" class="plain k" data-action="sign-out" onClick={() => void leave()}>{t().common.signIn.out}</button>
        <span class="v" title={ownId()}>{ownId()}</span>
      </div>
    </header>
  );
}

function ownId(): string {
  return session.value.kind === "signed-in" ? session.value.session.id : "";
}

/** What the deployment is called; empty while it has no name of its own. */
function placeName(): string {
  const name = deployment.value?.name[language.value] ?? t().common.name;
  return name === t().common.name ? "" : ` ${name}`;
}

function Working() {
  const text = t().own.desk.head;
  const alarms = status.value?.alarms ?? [];
  const isLimited = alarms.some((one) => one.concern === "system" && one.severity === "critical");
  const word = isStale.value ? text.silent : isLimited ? text.degraded : text.working;
  return <span class={isStale.value || isLimited ? "k state bad" : "k state"}><i aria-hidden="true" />{word}</span>;
}

/** Of the server, in the zone of the deployment, whatever this computer says. */
function Clock() {
  const at = now.value;
  return (
    <div class="cell clock">
      <time class="v" dateTime={new Date(at).toISOString()}>{f().exactTime(at)}</time>
      <span class="k">{f().day(at)}, {zoneName(at)}</span>
    </div>
  );
}

function zoneName(at: number): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: timeZone(), timeZoneName: "shortOffset" }).formatToParts(at);
  return (parts.find((part) => part.type === "timeZoneName")?.value ?? "").replace("GMT", "UTC");
}

function Count({ label, value, isWarning = false }: { label: string; value: number | null; isWarning?: boolean }) {
  return (
    <div class="cell num">
      <span class="k">{label}</span>
      <span class={isWarning ? "v live warn" : "v live"}>{value === null ? t().own.desk.head.unknown : f().number(value)}</span>
    </div>
  );
}
