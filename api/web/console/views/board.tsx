// All open incidents by urgency, for the wall and for the hour when the screens are dark.
import { Severity } from "../../shared/parts/severity";
import { numberOf } from "../queue/number";
import { byUrgency } from "../queue/order";
import { placeText } from "../queue/place_text";
import { attentionWord, deadlineWord, f, skillWord, statusWord, typeOf } from "../say";
import { type Row, isLoaded, isStale, rows } from "../state";
import { t } from "../text";
import { Paper } from "./paper";

export function Board() {
  const text = t().own.views;
  const open = [...rows.value.values()].sort(byUrgency);
  return (
    <Paper name="board" title={text.board.title}>
      {(isStale.value || !isLoaded.value) && <p class="fault" role="status">{text.stale}</p>}
      <OpenList rows={open} />
    </Paper>
  );
}

/** Also the second half of the shift's page. */
export function OpenList({ rows: open }: { rows: readonly Row[] }) {
  const { views: text, desk } = t().own;
  if (open.length === 0) return <p>{desk.first.nothing}</p>;
  return (
    <table class="board">
      <caption>{text.board.count(open.length)}</caption>
      <thead>
        <tr>
          <th scope="col">{desk.queue.number}</th>
          <th scope="col">{text.board.urgency}</th>
          <th scope="col">{desk.queue.what}</th>
          <th scope="col">{text.board.reported}</th>
          <th scope="col">{desk.queue.people}</th>
          <th scope="col">{text.board.missing}</th>
          <th scope="col">{text.board.next}</th>
        </tr>
      </thead>
      <tbody>{open.map((row) => <Line key={row.id} row={row} />)}</tbody>
    </table>
  );
}

function Line({ row }: { row: Row }) {
  const { desk } = t().own;
  const missing = Object.entries(row.short ?? {}).map(([skill, count]) => `${skillWord(skill)} ${count}`);
  const due = row.next_deadline;
  return (
    <tr data-incident={row.id} data-state={row.status}>
      <th scope="row">{numberOf(row)}</th>
      <td><Severity of={row.priority} /></td>
      <td>
        <b>{typeOf(row)}</b> <span class="q">{statusWord(row.status)}</span>
        <br />
        {placeText(row)}
        {(row.attention ?? []).length > 0 && <div class="why">{(row.attention ?? []).map(attentionWord).join(", ")}</div>}
      </td>
      <td class="num">{f().dayTime(row.reported_at)}</td>
      <td class="num">{row.accepted}/{row.needed}{row.asked > 0 ? ` +${row.asked}` : ""}</td>
      <td>{missing.join(", ")}</td>
      <td>{row.ready_to_close ? desk.queue.readyMark : due == null ? "" : `${deadlineWord(due.kind)} ${f().time(due.at)}`}</td>
    </tr>
  );
}
