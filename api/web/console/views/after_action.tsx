// What became of an incident: how long each step took, who was asked and why, and everything that happened, to read and to take away.
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { KeyCap } from "../../shared/parts/key_cap";
import { ProblemText } from "../../shared/parts/problem_text";
import { Severity } from "../../shared/parts/severity";
import { linesOf } from "../detail/timeline_text";
import { useLayoutEffect } from "preact/hooks";
import { bindKeys } from "../keys";
import { Later } from "../parts";
import { nameAmong } from "../people/names";
import { numberOf } from "../queue/number";
import { nameAt } from "../queue/place_text";
import { centreOf } from "../detail/centre";
import { coordinates, declineWord, f, offerWord, skillWord, statusWord, typeWord } from "../say";
import type { Decision, Incident, TimelineEntry } from "../state";
import { t } from "../text";
import { type Report, csvOf, download } from "./export";
import { Paper } from "./paper";
import { type Search, whyOf } from "./reasons";
import { useAnswer } from "./reading";

interface Case {
  readonly report: Report;
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
  readonly decisions: readonly Decision[];
}
const EVENTS_AT_MOST = 500;
const loadSummary = () => import("../detail/Summary").then((module) => module.loadSummary());

async function readCase(id: string, signal: AbortSignal) {
  const path = { incident_id: id };
  const query = { limit: EVENTS_AT_MOST };
  const [report, incident, timeline, decisions] = await Promise.all([
    ask("get", "/v1/incidents/{incident_id}/report", { path, signal }),
    ask("get", "/v1/incidents/{incident_id}", { path, signal }),
    ask("get", "/v1/incidents/{incident_id}/timeline", { path, query, signal }),
    ask("get", "/v1/incidents/{incident_id}/decisions", { path, query, signal }),
  ]);
  if (!report.ok) return report;
  if (!incident.ok) return incident;
  if (!timeline.ok) return timeline;
  if (!decisions.ok) return decisions;
  return { ...report, data: { report: report.data, incident: incident.data, timeline: timeline.data.items, decisions: decisions.data.items } };
}

export function AfterAction({ id }: { id: string }) {
  const text = t().own.views;
  const { data, problem, again } = useAnswer<Case>(id, (signal) => readCase(id, signal));
  const name = data === null ? "" : numberOf(data.incident);
  const file = name.replace("/", "-");
  const asJson = (): void => {
    if (data !== null) download(`${file}.json`, "application/json", JSON.stringify({ report: data.report, timeline: data.timeline }, null, 2));
  };
  const asCsv = (): void => {
    if (data !== null) download(`${file}.csv`, "text/csv", csvOf(data.report));
  };
  const actions = data !== null && (
    <>
      <button type="button" class="btn" data-action="export-json" onClick={asJson}>JSON</button>
      <button type="button" class="btn" data-action="export-csv" onClick={asCsv}>CSV</button>
      <button type="button" class="btn" aria-keyshortcuts="l" onClick={again}>{text.again} <KeyCap of="L" /></button>
    </>
  );
  useLayoutEffect(() => bindKeys({ l: again }), []);
  return (
    <Paper name="report" title={text.report.title(name)} actions={actions}>
      <ProblemText of={problem} />
      {data === null ? problem === null && <p role="status">{t().common.loading}</p> : <Content of={data} />}
    </Paper>
  );
}

function Content({ of: { report, incident, timeline, decisions } }: { of: Case }) {
  const text = t().own.views.report;
  const centre = centreOf(incident.location);
  const codes: Readonly<Partial<Record<string, string>>> = t().own.case.panel.codes;
  const lines = linesOf(timeline, incident.requirements).reverse();
  return (
    <>
      {report.exercise && <p class="fault" role="status">{t().own.views.exercise}</p>}
      <p class="facts">
        <Severity of={report.priority} /> <b>{typeWord(report.type)}</b>, {statusWord(report.status)}
        {report.end_code !== null && `: ${codes[report.end_code] ?? report.end_code}`}
        <br />
        {centre === null ? t().own.case.noPlace : (nameAt(centre) ?? coordinates(centre))}
        <br />
        {text.reported(f().dayTime(report.reported_at))}
        {report.closed_at !== null && `, ${text.closed(f().dayTime(report.closed_at))}`}
      </p>
      {!report.complete && <p class="fault" role="status">{text.incomplete}</p>}
      <Later load={loadSummary} props={{ of: incident, timeline }} waiting={t().common.loading} />
      <h3>{text.intervals}</h3>
      <Intervals of={report.intervals_s} />
      <h3>{text.asked(report.asked.length)}</h3>
      <People of={report.asked} why={whyOf(decisions)} />
      {report.orders.length > 0 && (
        <>
          <h3>{text.orders}</h3>
          <ol class="log">{report.orders.map((one, at) => <li key={at}><time dateTime={one.at}>{f().exactTime(one.at)}</time> <span>{one.by}: {t().own.views.orders[one.what as keyof Orders] ?? one.what}{one.outcome === "refused" ? `, ${text.refused}` : ""}</span></li>)}</ol>
        </>
      )}
      <h3>{t().own.case.timeline}</h3>
      <ol class="log">
        {lines.map((line) => (
          <li key={line.id}><time dateTime={line.at}>{f().exactTime(line.at)}</time> <span>{line.text}{line.words.map((words) => <q key={words} dir="auto">{words}</q>)}</span></li>
        ))}
      </ol>
    </>
  );
}

type Orders = ReturnType<typeof t>["own"]["views"]["orders"];

/** Steps of the way from the report to the first person on scene; none: it did not come so far. */
function Intervals({ of }: { of: Report["intervals_s"] }) {
  const text = t().own.views.report;
  const steps = [
    [text.toOffer, of.report_to_offer],
    [text.toAccept, of.offer_to_accept],
    [text.toScene, of.accept_to_on_scene],
    [text.whole, of.report_to_on_scene],
    [text.toStaffed, of.report_to_staffed],
  ] as const;
  return (
    <dl class="figures">
      {steps.map(([name, seconds]) => <div key={name}><dt>{name}</dt><dd>{seconds === null ? text.none : f().clockwork(seconds)}</dd></div>)}
    </dl>
  );
}

type Person = components["schemas"]["PersonAsked"];

function People({ of, why }: { of: readonly Person[]; why: ReadonlyMap<string, Search> }) {
  const text = t().own.views.report;
  if (of.length === 0) return <p>{t().own.case.nobodyAsked}</p>;
  return (
    <table class="board">
      <thead>
        <tr>
          <th scope="col">{text.person}</th>
          <th scope="col">{text.why}</th>
          <th scope="col">{text.sent}</th>
          <th scope="col">{offerWord("accepted")}</th>
          <th scope="col">{offerWord("on_scene")}</th>
          <th scope="col">{text.ended}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <tr key={one.offer_id}>
            <th scope="row" title={one.volunteer_id}>{nameAmong(of, one.volunteer_id)}<br /><span class="q">{skillWord(one.skill)}</span></th>
            <td>{one.source === "operator" ? t().own.case.byHand : reasonText(why.get(one.offer_id))}</td>
            <td class="num">{f().exactTime(one.offered_at)}</td>
            <td class="num">{one.accepted_at === null ? "" : f().exactTime(one.accepted_at)}</td>
            <td class="num">{one.on_scene_at === null ? "" : f().exactTime(one.on_scene_at)}</td>
            <td>{offerWord(one.state)}{one.state === "declined" && one.reason !== null ? `: ${declineWord(one.reason)}` : ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function reasonText(search: Search | undefined): string {
  const text = t().own.views.report;
  if (search === undefined) return text.whyUnknown;
  const parts = [
    search.place === null ? "" : text.place(search.place, search.considered),
    search.distanceM === null ? "" : f().distance(search.distanceM),
    search.etaS === null ? "" : f().duration(search.etaS),
    search.chance === null ? "" : t().own.case.panel.chanceOf(f().percent(search.chance)),
  ];
  return parts.filter(Boolean).join(", ") || text.whyUnknown;
}
