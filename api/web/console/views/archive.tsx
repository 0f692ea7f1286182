// Incidents that have ended: to look at, to open again, and to report on.
import { useState } from "preact/hooks";
import { ask, freshKey } from "../../shared/api_client";
import type { Problem } from "../../shared/problem";
import { ProblemText } from "../../shared/parts/problem_text";
import { Severity } from "../../shared/parts/severity";
import { numberOf } from "../queue/number";
import { placeText } from "../queue/place_text";
import { f, statusWord, typeOf } from "../say";
import { type Row, isOpen, rows, select } from "../state";
import { t } from "../text";
import { Paper } from "./paper";
import { HOURS, type Hours, periodOf } from "./period";
import { useAnswer } from "./reading";
import { openView } from "./route";

const PAGE = 50;
interface Page {
  readonly items: readonly Row[];
  readonly next: string | null;
}

export function Archive() {
  const text = t().own.views;
  const [hours, setHours] = useState<Hours>(24);
  const [endMs, setEndMs] = useState(() => Date.now());
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const cursor = cursors.at(-1) ?? null;
  const { from, to } = periodOf(endMs, hours);
  const { data, problem, again } = useAnswer<Page>(`${endMs} ${hours} ${cursor}`, async (signal) => {
    const query = { view: "row", open: "false", limit: PAGE, reported_from: from, reported_to: to, ...(cursor === null ? {} : { cursor }) } as const;
    const answer = await ask("get", "/v1/incidents", { query, signal });
    return answer.ok ? { ...answer, data: answer.data as Page } : answer;
  });
  function choose(of: Hours): void {
    setHours(of);
    setEndMs(Date.now());
    setCursors([null]);
  }
  return (
    <Paper name="archive" title={text.archive.title}>
      <div class="choices">
        {HOURS.map((of) => <button type="button" class="btn" key={of} aria-pressed={hours === of} onClick={() => choose(of)}>{text.lastHours(of)}</button>)}
      </div>
      <p>{text.archive.reported(f().dayTime(from), f().dayTime(to))}</p>
      <ProblemText of={problem} />
      {data === null ? problem === null && <p role="status">{t().common.loading}</p> : <List of={data} onReopened={again} />}
      <div class="choices">
        {cursors.length > 1 && <button type="button" class="btn" onClick={() => setCursors(cursors.slice(0, -1))}>{text.archive.newer}</button>}
        {data?.next != null && <button type="button" class="btn" onClick={() => setCursors([...cursors, data.next])}>{text.archive.older}</button>}
      </div>
    </Paper>
  );
}

function List({ of, onReopened }: { of: Page; onReopened: () => void }) {
  const text = t().own.views;
  // An empty page may have a next one: the filter reads a bounded number.
  if (of.items.length === 0) return <p>{of.next === null ? text.archive.none : text.archive.noneHere}</p>;
  return (
    <table class="board">
      <thead>
        <tr>
          <th scope="col">{t().own.desk.queue.number}</th>
          <th scope="col">{text.board.urgency}</th>
          <th scope="col">{t().own.desk.queue.what}</th>
          <th scope="col">{text.board.reported}</th>
          <th scope="col">{t().own.desk.queue.people}</th>
          <th scope="col" class="only-screen">{text.archive.orders}</th>
        </tr>
      </thead>
      <tbody>{of.items.map((row) => <Line key={row.id} row={row} onReopened={onReopened} />)}</tbody>
    </table>
  );
}

function Line({ row, onReopened }: { row: Row; onReopened: () => void }) {
  const text = t().own.views.archive;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [key] = useState(freshKey);
  // The stream tells when it is open again.
  const isBack = rows.value.has(row.id);
  async function reopen(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    const answer = await ask("post", "/v1/incidents/{incident_id}/reopen", { path: { incident_id: row.id }, body: null, key });
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (answer.ok) onReopened();
  }
  return (
    <tr data-incident={row.id} data-state={isBack ? "open" : row.status}>
      <th scope="row">{numberOf(row)}</th>
      <td><Severity of={row.priority} /></td>
      <td><b>{typeOf(row)}</b> <span class="q">{isBack || isOpen(row) ? text.isBack : statusWord(row.status)}</span><br />{placeText(row)}</td>
      <td class="num">{f().dayTime(row.reported_at)}</td>
      <td class="num">{row.accepted}</td>
      <td class="only-screen">
        <button type="button" class="btn" data-action="open-incident" onClick={() => select(row.id)}>{text.open}</button>{" "}
        <button type="button" class="btn" data-action="open-report" onClick={() => openView({ kind: "report", id: row.id })}>{text.report}</button>{" "}
        {!isBack && <button type="button" class="btn" data-action="reopen" disabled={isBusy} onClick={() => void reopen()}>{t().own.case.orders.reopen}</button>}
        <ProblemText of={problem} />
      </td>
    </tr>
  );
}
