// One incident in two lines; further lines only for what an operator must do.
import { now } from "../../shared/clock";
import { SeverityShape } from "../../shared/parts/severity";
import { memo } from "../memo";
import { Bang } from "../parts";
import { attentionWord, deadlineWord, f, priorityWord, skillWord, typeWord } from "../say";
import { type Row, cursorId, select, selectedId } from "../state";
import { t } from "../text";
import { ageLook, flagsOf, isShort } from "./order";
import { numberOf } from "./number";
import { placeText } from "./place_text";

export const QueueRow = memo(function QueueRow({ row }: { row: Row }) {
  const isSelected = selectedId.value === row.id;
  const classes = ["item", isShort(row) ? "" : "calm", row.type === "distress" ? "distress" : "", cursorId.value === row.id ? "cursor" : ""];
  const text = t().own.desk.queue;
  return (
    <li
      id={`row-${row.id}`}
      class={classes.filter(Boolean).join(" ")}
      role="option"
      data-incident={row.id}
      data-state={row.status}
      aria-selected={isSelected}
      onClick={() => select(row.id)}
    >
      <span class="visually-hidden">{spoken(row)}</span>
      <div class="seen" aria-hidden="true">
        <span class={`no mark ${row.priority}`}><SeverityShape of={row.priority} /><span class="id">{numberOf(row)}</span></span>
        <span class={`sev word-${row.priority} clip`}>{priorityWord(row.priority)}</span>
        <span class="type clip" title={typeWord(row.type)}>{row.exercise && <b class="drill">{t().common.exercise}</b>} {typeWord(row.type)}</span>
        <span class="where clip" title={placeText(row)}>{placeText(row)}</span>
        <Age row={row} />
        <span class="ppl live" title={text.peopleOf(row.accepted, row.needed, row.asked)}>
          <b>{row.accepted}/{row.needed}</b>{row.asked > 0 && <span> +{row.asked}</span>}
        </span>
        <Due row={row} />
        <Flags row={row} />
      </div>
    </li>
  );
});

/** The row for the ear: what the head of a column tells the eye, and times that do not run while they are read out. */
export function spoken(row: Row): string {
  const { common, own } = t();
  const due = row.next_deadline;
  const waits = row.ready_to_close === true ? own.desk.queue.readyMark : due == null ? "" : `${deadlineWord(due.kind)} ${f().time(due.at)}`;
  return [
    row.exercise ? common.exercise : "",
    numberOf(row),
    priorityWord(row.priority),
    typeWord(row.type),
    placeText(row),
    own.desk.queue.peopleOf(row.accepted, row.needed, row.asked),
    own.case.since(f().time(row.reported_at)),
    waits,
    row.said_safe_at == null ? "" : own.case.safeSaid(f().time(row.said_safe_at)),
    ...flagLines(row).map(([, said]) => said),
  ].filter(Boolean).join(", ");
}

/** What an operator must do, each line with its reason. */
function flagLines(row: Row): [string, string][] {
  const { reasons, more } = flagsOf(row);
  const text = t().own.desk.queue;
  const missing = Object.entries(row.short ?? {}).map(([skill, count]) => `${skillWord(skill)} ${count}`);
  return reasons.map((reason, at) => {
    const said = reason === "unfilled" && missing.length > 0 ? text.lacks(missing.join(", ")) : attentionWord(reason);
    return [reason, at === reasons.length - 1 && more > 0 ? `${said}, ${text.more(more)}` : said];
  });
}

function Age({ row }: { row: Row }) {
  const ageS = Math.max(0, Math.floor((now.value - Date.parse(row.reported_at)) / 1000));
  return <span class={`age live ${ageLook(row, ageS)}`}>{f().clockwork(ageS)}</span>;
}

function Due({ row }: { row: Row }) {
  const due = row.next_deadline;
  if (row.ready_to_close === true) return <span class="due" data-ready>{t().own.desk.queue.readyMark}</span>;
  if (due == null) return <span class="due" />;
  const left = (Date.parse(due.at) - now.value) / 1000;
  return <span class="due live">{deadlineWord(due.kind)} <b>{f().clockwork(left)}</b></span>;
}

function Flags({ row }: { row: Row }) {
  const safeAt = row.said_safe_at;
  return (
    <>
      {safeAt != null && <span class="flag is-safe"><span class="clip" title={t().own.case.safeSaid(f().time(safeAt))}>{t().own.case.safeSaid(f().time(safeAt))}</span></span>}
      {flagLines(row).map(([reason, said]) => <span key={reason} class="flag"><Bang /><span class="clip" title={said}>{said}</span></span>)}
    </>
  );
}
