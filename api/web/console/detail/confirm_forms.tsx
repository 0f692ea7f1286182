// The question before an order that calls people: one letter opens it, and only the second key gives the order.
import { useEffect, useState } from "preact/hooks";
import { type IncidentType, linesAt, readTypes } from "../plans";
import { skillWord } from "../say";
import type { Incident } from "../state";
import { t } from "../text";
import { FormFrame } from "./form_frame";
import { escalate, openAgain } from "./orders";

/** To the level above the one at which it was opened: who reads "level 3" never orders level 4. */
export function EscalateForm({ of }: { of: Incident }) {
  const text = t().own.case.panel.escalation;
  const [from] = useState(of.alarm_level);
  const [reason, setReason] = useState("");
  const [types, setTypes] = useState<readonly IncidentType[] | null>(null);
  useEffect(() => void readTypes().then((answer) => answer.ok && setTypes(answer.data.items)), []);
  const added = types === null ? null : linesAt(types, of, from + 1).map((one) => `${skillWord(one.skill)} ${one.count}`);
  const isRaised = of.alarm_level > from;
  return (
    <FormFrame title={text.title(from, from + 1)} action="escalate" send={t().own.case.orders.escalate} canSend={!isRaised} lacks={text.raised(of.alarm_level)} onSend={() => void escalate(from, reason.trim())}>
      {isRaised ? (
        <p role="alert">{text.raised(of.alarm_level)}</p>
      ) : (
        <>
          <p>{added === null ? text.calls : added.length === 0 ? text.addsNobody : text.adds(added.join(", "))}</p>
          <p class="q">{text.steps}</p>
        </>
      )}
      <ReasonField of={reason} onChange={setReason} />
    </FormFrame>
  );
}

export function ReopenForm({ isMerged }: { isMerged: boolean }) {
  const { orders, panel } = t().own.case;
  const [reason, setReason] = useState("");
  return (
    <FormFrame title={isMerged ? orders.unmerge : orders.reopen} action="reopen" send={isMerged ? orders.unmerge : orders.reopen} canSend onSend={() => void openAgain(isMerged, reason.trim())}>
      <p>{panel.asksAgain}</p>
      <ReasonField of={reason} onChange={setReason} />
    </FormFrame>
  );
}

function ReasonField({ of, onChange }: { of: string; onChange: (reason: string) => void }) {
  const label = t().own.case.panel.reason;
  return <input class="input" data-first data-field="reason" maxLength={500} dir="auto" placeholder={label} aria-label={label} value={of} onInput={(event) => onChange(event.currentTarget.value)} />;
}
