// The orders about the open incident, each with its key, and the form of the one that needs more than a tap.
import { useLayoutEffect } from "preact/hooks";
import { KeyCap } from "../../shared/parts/key_cap";
import { ProblemText } from "../../shared/parts/problem_text";
import { now } from "../../shared/clock";
import { bindKeys } from "../keys";
import { type Incident, isOver } from "../state";
import { t } from "../text";
import { AssignForm, OVERRULED } from "./assign_form";
import { EscalateForm, ReopenForm } from "./confirm_forms";
import { EndForm, MergeForm, NoteForm, WhyForm } from "./forms";
import { EditForm } from "./edit_form";
import { MergedReport } from "./merged_report";
import { notMovedText } from "./not_moved";
import { SplitForm } from "./split_form";
import { showTimeline } from "./timeline";
import { type Form, escalate, form, isBusy, isDecided, notMoved, openAgain, openForm, problem, sent, undo, undoable } from "./orders";

const show = (which: Form) => () => openForm(form.value === which ? null : which);
const ALWAYS = { t: show("note"), w: show("why") };
/** What opens the forms of an incident that has not ended. */
export const FORM_KEYS = { ...ALWAYS, s: show("assign"), d: show("edit"), e: show("escalate"), m: show("merge"), q: show("split"), c: show("close"), x: show("cancel") };
const OVER = { ...ALWAYS, r: show("reopen") };

export function OrderBar({ of }: { of: Incident }) {
  const hasEnded = of.times.closed !== null && isOver(of);
  const isPart = isMerged(of);
  const text = t().own.case;
  // With the drawing, not after it: a key that is pressed at once must be the order, and not the first letter of a command.
  useLayoutEffect(() => {
    return bindKeys({ ...(hasEnded ? OVER : FORM_KEYS), u: () => void undo(), y: showTimeline });
  }, [hasEnded]);
  return (
    <div class="orders">
      {sent.value !== null && <p class="sent" role="status">{isDecided.value ? text.sent[sent.value] : text.waits}</p>}
      <Undo id={of.id} />
      {problem.value !== null && !(form.value === "assign" && OVERRULED.has(problem.value.code)) && <ProblemText of={problem.value} />}
      {problem.value?.code === "already_split" && problem.value.params.incident_id && <MergedReport id={problem.value.params.incident_id} />}
      {notMoved.value?.into === of.id && <p class="fault" role="alert" data-not-moved>{notMovedText(notMoved.value.from, notMoved.value.left)}</p>}
      {form.value !== null && <OpenForm of={of} />}
      {form.value === null && (
        <div class="acts">
          {hasEnded ? (
            <p>
              <Order label={isPart ? text.orders.unmerge : text.orders.reopen} keyOf="R" isMain onClick={() => void openAgain(isPart)} />
              <Order label={text.orders.note} keyOf="T" onClick={() => openForm("note")} />
              <Order label={text.whyNot} keyOf="W" onClick={() => openForm("why")} />
            </p>
          ) : (
            <p class="all">
              <Order label={text.orders.assign} keyOf="S" isMain onClick={() => openForm("assign")} />
              <Order label={text.orders.escalate} keyOf="E" action="escalate" onClick={() => void escalate(of.alarm_level)} />
              <Order label={text.orders.note} keyOf="T" onClick={() => openForm("note")} />
              <Order label={text.orders.close} keyOf="C" action="close-incident" onClick={() => openForm("close")} />
              <Order label={text.orders.edit} keyOf="D" onClick={() => openForm("edit")} />
              <Order label={text.orders.merge} keyOf="M" onClick={() => openForm("merge")} />
              <Order label={text.orders.split} keyOf="Q" onClick={() => openForm("split")} />
              <Order label={text.orders.cancel} keyOf="X" action="cancel-incident" isRisk onClick={() => openForm("cancel")} />
            </p>
          )}
        </div>
      )}
    </div>
  );
}

function isMerged(of: Incident): boolean {
  return of.merged_into != null || of.merging_into != null;
}

function Undo({ id }: { id: string }) {
  const last = undoable.value;
  if (last === null || last.id !== id || now.value >= last.untilMs) return null;
  return (
    <button type="button" class="btn undo" data-action="undo" aria-keyshortcuts="u" onClick={() => void undo()}>
      {t().own.case.orders.undo(Math.ceil((last.untilMs - now.value) / 1000))} <KeyCap of="U" />
    </button>
  );
}

interface OrderProps {
  readonly label: string;
  readonly keyOf: string;
  readonly action?: string;
  readonly isMain?: boolean;
  readonly isRisk?: boolean;
  readonly onClick: () => void;
}

function Order({ label, keyOf, action, isMain, isRisk, onClick }: OrderProps) {
  const kind = isMain ? "btn main" : isRisk ? "btn risk" : "btn";
  return (
    <button type="button" class={kind} data-action={action} aria-keyshortcuts={keyOf.toLowerCase()} disabled={isBusy.value} onClick={onClick}>
      <span class="clip" title={label}>{label}</span> <KeyCap of={keyOf} />
    </button>
  );
}

function OpenForm({ of }: { of: Incident }) {
  // Keyed by the incident, so that what is typed about one never goes to another.
  if (form.value === "assign") return <AssignForm key={of.id} of={of} />;
  if (form.value === "edit") return <EditForm key={of.id} of={of} />;
  if (form.value === "note") return <NoteForm key={of.id} id={of.id} />;
  if (form.value === "merge") return <MergeForm key={of.id} of={of} />;
  if (form.value === "escalate") return <EscalateForm key={of.id} of={of} />;
  if (form.value === "reopen") return <ReopenForm key={of.id} isMerged={isMerged(of)} />;
  if (form.value === "split") return <SplitForm key={of.id} of={of} />;
  if (form.value === "why") return <WhyForm key={of.id} of={of} />;
  const how = form.value === "close" ? "close" : "cancel";
  return <EndForm key={`${of.id} ${how}`} of={of} how={how} />;
}
