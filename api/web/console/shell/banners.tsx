// What pushes the panes down: distress, a session that ended, a silent stream, an impaired system, a note of the shift before.
import { useEffect } from "preact/hooks";
import { announce } from "../../shared/announcer";
import { announceStale } from "../../shared/parts/stale_band";
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { SignIn } from "../../shared/parts/sign_in";
import { session } from "../../shared/session";
import { STALE_AFTER_MS } from "../../shared/stream";
import { isSilent } from "../alarms/answers";
import { acknowledgeFirst, impaired } from "../alarms/center";
import { DistressBand } from "../alarms/distress_band";
import { HeardBy } from "../alarms/heard_by";
import { sentenceOf } from "../../shared/parts/problem_text";
import type { Problem } from "../../shared/problem";
import { MergedReport } from "../detail/merged_report";
import { readRefusal, refusedElsewhere } from "../detail/orders";
import { Bang } from "../parts";
import { unread } from "../handovers";
import { leaveProblem } from "../leaving";
import { alarmWord, cureWord, f } from "../say";
import { isUnread, openMessages } from "../public/waiting_messages";
import { answeredAtMs, isStale, place, selectedId, stream } from "../state";
import { t } from "../text";
import { openView, view } from "../views/route";

/** The server says something on the stream at least so often. */
const TICK_MS = 5_000;

export function Banners() {
  return (
    <>
      <DistressBand />
      {session.value.kind === "signed-out" && <div class="signed-out"><SignIn text={t().common.signIn} again /></div>}
      {leaveProblem.value !== null && <NotLeft of={leaveProblem.value} />}
      {isStale.value && <Stale />}
      {!isStale.value && <Impaired />}
      {refusedElsewhere.value.map((one) => <Refused of={one} key={`${one.id} ${one.problem.code}`} />)}
      {isUnread.value && place.value !== "messages" && <Unread />}
      {view.value?.kind !== "shift" && <Handover />}
    </>
  );
}

/** Whoever goes away must know that the desk is still theirs. */
function NotLeft({ of }: { of: Problem }) {
  return (
    <div class="banner impaired" role="alert" data-not-left>
      <Bang /> <span class="says">{t().common.signIn.out}: {sentenceOf(of)}</span>
      <button type="button" class="btn" onClick={() => (leaveProblem.value = null)}>{t().common.actions.close}</button>
    </div>
  );
}

function Stale() {
  const live = stream.value;
  const text = t().own.desk.stale;
  const { livedAtMs, nextTryAtMs } = live?.state.value ?? { livedAtMs: null, nextTryAtMs: null };
  // Both are times of this device; reading the clock draws the band every second.
  const deviceNow = now.value > 0 ? Date.now() : 0;
  const title = livedAtMs === null ? text.never : text.title((deviceNow - livedAtMs) / 1000);
  // Said once: a band that counts is not read out with every second.
  useEffect(() => announceStale(title, livedAtMs), []);
  if (live === null) return null;
  return (
    <div class="banner stale" role="status" aria-live="off">
      <svg class="hatch" viewBox="0 0 28 20" aria-hidden="true"><path d="M-4 20 16 0M4 20 24 0M12 20 32 0M-12 20 8 0M20 20 40 0" /></svg>
      <b>{title}</b>
      <span class="says">{livedAtMs === null ? text.worksNever : (doOrdersArrive(livedAtMs, deviceNow) ? text.works : text.unreached)(f().exactTime(now.value - (deviceNow - livedAtMs)))}</span>
      {nextTryAtMs !== null && <span class="q">{text.next(Math.max(0, (nextTryAtMs - deviceNow) / 1000))}</span>}
      <button type="button" class="btn" aria-keyshortcuts="r" onClick={live.tryNow}>{text.now} <KeyCap of="R" /></button>
    </div>
  );
}

/** Only what was answered well after the last sign of the stream, and lately, tells that the server is there and the stream alone silent. */
function doOrdersArrive(livedAtMs: number, deviceNow: number): boolean {
  const at = answeredAtMs.value ?? -Infinity;
  return at - livedAtMs > TICK_MS && deviceNow - at < STALE_AFTER_MS;
}

/** The most severe alarm of the system itself: what does not work at the moment. */
function Impaired() {
  const first = impaired.value;
  if (first === null) return null;
  return (
    <div class="banner impaired" role="status" data-system-alarm={first.name}>
      <Bang /> <span>{alarmWord(first.name)}. {cureWord(first.name)}</span> <span class="q">{t().own.case.since(f().time(first.since))}</span>
      {isSilent(first.key, now.value) ? <HeardBy of={first.key} /> : (
        <button type="button" class="btn" data-action="acknowledge" aria-keyshortcuts="a" onClick={acknowledgeFirst}>
          {t().own.desk.alarms.acknowledge} <KeyCap of="A" />
        </button>
      )}
    </div>
  );
}

/** What became of an order whose incident is no longer shown. */
function Refused({ of }: { of: (typeof refusedElsewhere.value)[number] }) {
  return (
    <div class="banner impaired" role="alert" data-refused={of.id}>
      <Bang /> <span class="says">{t().own.desk.refused} {of.order === "other" ? "" : `${t().own.case.orders[of.order]}. `}{sentenceOf(of.problem)}<MergedReport id={of.id} isBare /></span>
      <button type="button" class="btn" data-action="read-refusal" onClick={() => readRefusal(of.id)}>{t().common.actions.close} {selectedId.value === null && <KeyCap of="Esc" />}</button>
    </div>
  );
}

/** The public has written, and nobody has read it for too long. */
function Unread() {
  const text = t().own.desk.messages;
  useEffect(() => announce(text.unread), []);
  return (
    <div class="banner impaired" role="status" data-unread-messages>
      <Bang /> <span class="says">{text.unread}</span>
      <button type="button" class="btn" aria-keyshortcuts="9" onClick={openMessages}>{text.open} <KeyCap of="9" /></button>
    </div>
  );
}

/** A note for this shift that its person has not read yet. No sound, and nothing waits for it. */
function Handover() {
  const [newest, ...others] = unread.value;
  if (newest === undefined) return null;
  const text = t().own.views.shift.notes;
  return (
    <div class="banner handover" role="status" data-handover={newest.id}>
      <span class="says">
        {text.line(newest.by, f().time(newest.at))}
        {newest.exercise && ` (${t().own.views.exercise})`}
        {others.length > 0 && ` ${text.more(others.length)}`}
      </span>
      <button type="button" class="btn" data-action="open-handover" aria-keyshortcuts="v" onClick={() => openView({ kind: "shift" })}>{text.open} <KeyCap of="V" /></button>
    </div>
  );
}
