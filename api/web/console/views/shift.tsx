// The shift in figures, and what the next one takes over.
import { useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { language } from "../../shared/language";
import { ProblemText } from "../../shared/parts/problem_text";
import { counts } from "../queue/list";
import { byUrgency } from "../queue/order";
import { f, typeWord } from "../say";
import { isLoaded, isStale, rows } from "../state";
import { t } from "../text";
import { OpenList } from "./board";
import { HandoverNotes } from "./handover_notes";
import { Paper } from "./paper";
import { HOURS, type Hours, periodOf } from "./period";
import { useAnswer } from "./reading";

type Group = components["schemas"]["SummaryGroup"];
type Summary = components["schemas"]["PeriodSummary"];
const GROUPS = ["kind", "district", "hour"] as const;

export function Shift() {
  const text = t().own.views;
  const [hours, setHours] = useState<Hours>(12);
  const [by, setBy] = useState<(typeof GROUPS)[number]>("kind");
  const [endMs] = useState(() => Date.now());
  const { from, to } = periodOf(endMs, hours);
  const { data, problem } = useAnswer<Summary>(`${hours} ${by}`, (signal) => ask("get", "/v1/reports/summary", { query: { from, to, by }, signal }));
  return (
    <Paper name="shift" title={text.shift.title}>
      <HandoverNotes />
      <h3>{text.shift.figures}</h3>
      <div class="choices">
        {HOURS.map((of) => <button type="button" class="btn" key={of} aria-pressed={hours === of} onClick={() => setHours(of)}>{text.lastHours(of)}</button>)}
        {GROUPS.map((of) => <button type="button" class="btn" key={of} aria-pressed={by === of} onClick={() => setBy(of)}>{text.shift.by[of]}</button>)}
      </div>
      <p>{text.between(f().dayTime(from), f().dayTime(to))}</p>
      <ProblemText of={problem} />
      {data === null ? problem === null && <p role="status">{t().common.loading}</p> : <Figures of={data} />}
      <h3>{text.shift.open}</h3>
      {(isStale.value || !isLoaded.value) && <p class="fault" role="status">{text.stale}</p>}
      {counts.value.ready > 0 && <p>{t().own.desk.queue.readyCount(counts.value.ready)}</p>}
      <OpenList rows={[...rows.value.values()].sort(byUrgency)} />
      <p class="signatures"><span>{text.shift.handed}</span><span>{text.shift.taken}</span></p>
    </Paper>
  );
}

function Figures({ of }: { of: Summary }) {
  const text = t().own.views.shift;
  return (
    <>
      {!of.complete && <p class="fault" role="status">{text.since(f().dayTime(of.counted_from))}</p>}
      <table class="board">
        <thead>
          <tr>
            <th scope="col">{text.by[of.by]}</th>
            <th scope="col">{text.incidents}</th>
            <th scope="col">{text.offered}</th>
            <th scope="col">{text.answered}</th>
            <th scope="col">{text.arrived}</th>
            <th scope="col">{text.staffed}</th>
            <th scope="col">{text.short}</th>
            <th scope="col">{text.falseCalls}</th>
          </tr>
        </thead>
        <tbody>
          {of.items.map((one) => <Line key={one.key} name={nameOf(of.by, one)} of={one} />)}
          <Line name={text.total} of={of.total} />
        </tbody>
      </table>
      <p class="q">{text.note}</p>
    </>
  );
}

function nameOf(by: Summary["by"], of: Group): string {
  if (by === "kind") return typeWord(of.key);
  if (by === "hour") return `${of.key}:00`;
  return of.name?.[language.value] ?? t().own.desk.queue.noPlace;
}

function Line({ name, of }: { name: string; of: Group }) {
  const times = (half: number | null, most: number | null): string => (half === null || most === null ? "" : `${f().clockwork(half)} / ${f().clockwork(most)}`);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="num">{of.incidents}</td>
      <td class="num">{times(of.offered_p50_s, of.offered_p90_s)}</td>
      <td class="num">{times(of.answered_p50_s, of.answered_p90_s)}</td>
      <td class="num">{times(of.arrived_p50_s, of.arrived_p90_s)}</td>
      <td class="num">{of.staffed_share === null ? "" : f().percent(of.staffed_share)}</td>
      <td class="num">{of.shortfall}</td>
      <td class="num">{of.false_calls}</td>
    </tr>
  );
}
