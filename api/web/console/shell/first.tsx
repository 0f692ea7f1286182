// The detail's place while nothing is open: at the start of a shift what to check, otherwise how to go on.
import { KeyCap } from "../../shared/parts/key_cap";
import { arm, isArmed } from "../alarms/sounds";
import { openDrill } from "../report/drill";
import { openReport } from "../queue/queue";
import { isLoaded, isStale, openInvite, rows, status } from "../state";
import { t } from "../text";
import { isHelpOpen } from "./help";

export function First() {
  const { choose, first, invite, panes } = t().own.desk;
  const isEmpty = isLoaded.value && rows.value.size === 0;
  const onDuty = status.value?.volunteers_on_duty ?? null;
  const duty = onDuty === null ? first.dutyUnknown : onDuty === 0 ? first.dutyNone : first.dutyCount(onDuty);
  return (
    <section class="pane detail" aria-label={panes.detail}>
      <div class="scroll first" tabIndex={0} role="group" aria-label={panes.detail}>
        <h2>{isEmpty || !isArmed.value ? first.title : choose.title}</h2>
        {!isEmpty && <p class="q">{choose.text}</p>}
        <ul class="lines checks">
          <Check isGood={isArmed.value} title={first.sound} says={isArmed.value ? first.soundOn : first.soundOff}>
            {!isArmed.value && <button type="button" class="btn" onClick={() => void arm()}>{t().own.desk.head.arm}</button>}
          </Check>
          <Check isGood={!isStale.value} title={first.stream} says={isStale.value ? first.streamOff : first.streamOn} />
          <Check isGood={onDuty !== null && onDuty > 0} title={first.duty} says={duty} />
          <Check isGood title={invite.open} says={invite.openText}>
            <button type="button" class="btn" data-action="open-invite" onClick={openInvite}>{invite.open}</button>
          </Check>
          <Check isGood title={first.create} says={first.createText}>
            <button type="button" class="btn" onClick={openReport}>{t().own.desk.queue.create} <KeyCap of="N" /></button>
          </Check>
          <Check isGood title={first.drill} says={first.drillText}>
            <button type="button" class="btn" data-action="open-drill" onClick={openDrill}>{first.drillOpen}</button>
          </Check>
          <Check isGood title={first.keys} says={first.keysText}>
            <button type="button" class="btn" onClick={() => (isHelpOpen.value = true)}>{t().own.desk.foot.keys} <KeyCap of="?" /></button>
          </Check>
        </ul>
      </div>
    </section>
  );
}

function Check({ isGood, title, says, children }: { isGood: boolean; title: string; says: string; children?: preact.ComponentChildren }) {
  return (
    <li class={isGood ? "" : "no"}>
      <svg class="glyph" viewBox="0 0 20 20" aria-hidden="true">
        {isGood ? <path class="yes" d="M4 10.5 8.2 15 16 5.5" /> : <path class="nope" d="M10 1 19 18H1ZM9 7v5.5h2V7ZM9 14v2h2v-2Z" />}
      </svg>
      <div><b>{title}</b><span>{says}</span></div>
      {children}
    </li>
  );
}
