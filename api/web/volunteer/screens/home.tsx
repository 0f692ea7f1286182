// Nothing to answer: duty, what is shared, and whether requests can reach the person.
import { useSignal } from "@preact/signals";
import { now, secondsUntil } from "../../shared/clock";
import { ProblemText } from "../../shared/parts/problem_text";
import { Band } from "../parts/band";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { later } from "../parts/later";
import { OutboxList } from "../parts/outbox_list";
import { Tabs } from "../parts/tabs";
import { dutyProblem, extendDuty, isChanging, setDuty } from "../duty";
import { sharedAtMs, sharing } from "../position";
import { agreed, danger, isBusy, isLoaded, isReached, isUnknown, link, offlineSince, problem, profile } from "../state";
import { t } from "../text";

const HOURS = [1, 2, 4, 8];
const ConsentQuestions = later(async () => (await import("../consents/questions")).loadConsentQuestions(), () => null);
const WeekBand = later(async () => (await import("../parts/week_band")).loadWeekBand(), () => null);
const SoundBand = later(async () => (await import("../parts/sound_band")).loadSoundBand(), () => null);
const NoticesBand = later(async () => (await import("../parts/notices_band")).loadNoticesBand(), () => null);

export function Home({ id }: { id: string }) {
  const { own } = t();
  const isOn = profile.value?.on_duty ?? false;
  // Nothing is quiet while the person may be in danger.
  const quiet = danger.value === null ? own.home.quiet : own.duty.on;
  const title = isUnknown.value ? own.home.unknown : isOn ? quiet : own.home.offDuty;
  const reach = isReached.value === null ? "" : isReached.value ? ` ${own.home.reached}` : ` ${own.home.keepOpen}`;
  const more = isUnknown.value ? own.home.unknownMore : isOn ? `${own.home.noRequests}${reach}` : own.home.offDutyMore;
  return (
    <>
      <Head><strong class="brand">Komek</strong></Head>
      <section class="calm grow">
        <h1>{title}</h1>
        <p class="more">{more}</p>
        {isUnknown.value && <p class="more">{own.home.yourId(id)}</p>}
        {!isLoaded.value && profile.value !== null && <p class="more unsure">{own.home.asOf}</p>}
        <ProblemText of={problem.value} />
      </section>
      <OutboxList />
      {!isUnknown.value && <ConsentQuestions id={id} />}
      <SharingBand isAtWork={isBusy.value} />
      {isOn && <SoundBand />}
      <NoticesBand />
      <WeekBand />
      <div class="thumb tall">
        {!isUnknown.value && <DutySwitch id={id} isOn={isOn} />}
        <Tabs />
      </div>
    </>
  );
}

export function SharingBand({ isAtWork }: { isAtWork: boolean }) {
  const { sharing: text } = t().own;
  const state = agreed.value === false ? "withdrawn" : sharing.value;
  const ago = sharedAtMs.value === null ? 0 : Math.max(0, (now.value - sharedAtMs.value) / 1000);
  const more = {
    on: isAtWork ? text.atWork : text.onMore(ago),
    asking: text.askingMore,
    off: link.value === null ? text.offMore : text.offByLink,
    denied: text.deniedMore,
    unavailable: text.unavailableMore,
    withdrawn: text.withdrawnMore,
  }[state];
  // At work a position follows every half minute, on duty every five minutes, and none without a network.
  const isLate = state === "on" && (offlineSince.value !== null || ago > (isAtWork ? 120 : 600));
  if (isLate) return <Band icon="position" tone="doubt" title={sharedAtMs.value === null ? text.off : text.late(ago)} />;
  const tone = state === "on" ? "good" : state === "denied" || state === "unavailable" ? "doubt" : "";
  return <Band icon="position" tone={tone} title={text[state]}>{more}</Band>;
}

function DutySwitch({ id, isOn }: { id: string; isOn: boolean }) {
  const { duty } = t().own;
  const isChoosing = useSignal(false);
  const until = profile.value?.duty_until ?? null;
  const line = !isOn ? (agreed.value === null ? duty.tapOnSharing : duty.tapOn) : until === null ? duty.noEnd : duty.until(until, Math.max(0, secondsUntil(until)));
  const choose = (hours: number | null): void => {
    isChoosing.value = false;
    void setDuty(id, true, hours);
  };
  return (
    <>
      <ProblemText of={dutyProblem.value} />
      <button
        type="button"
        class={isOn ? "switch on" : "switch"}
        role="switch"
        aria-checked={isOn}
        aria-busy={isChanging.value}
        data-action="duty"
        onClick={() => void setDuty(id, !isOn)}
      >
        <span>
          {isOn ? duty.on : duty.off}
          <small>{isChanging.value ? t().common.sending : line}</small>
        </span>
        <i aria-hidden="true">{isOn && <Icon of="check" />}</i>
      </button>
      {isOn && (
        <div class="pair">
          <button type="button" class="button" aria-expanded={isChoosing.value} onClick={() => (isChoosing.value = !isChoosing.value)}>
            {duty.change}
          </button>
          {/* A duty without an end would become shorter by it. */}
          {until !== null && <button type="button" class="button" data-action="plus-hour" onClick={() => void extendDuty(id)}>{duty.plusHour}</button>}
        </div>
      )}
      {isOn && isChoosing.value && (
        <div class="choices">
          {HOURS.map((hours) => (
            <button type="button" class="button" key={hours} onClick={() => choose(hours)}>{duty.forHours(hours)}</button>
          ))}
          <button type="button" class="button" onClick={() => choose(null)}>{duty.withoutEnd}</button>
        </div>
      )}
    </>
  );
}
