// What became of an incident, by software from its events alone: each sentence with the times of the events it stands on.
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import { MadeBy, Suggested } from "../../shared/assistant/mark";
import { HINTS } from "../../shared/assistant/texts";
import { language } from "../../shared/language";
import { ProblemText } from "../../shared/parts/problem_text";
import { assistantChanges } from "../assistant_changes";
import { f } from "../say";
import type { Incident, TimelineEntry } from "../state";
import { useAnswer } from "../views/reading";
import "./hints.css";

type EventSummary = components["schemas"]["IncidentSummary"];
const TIMES_AT_MOST = 3;

export async function loadSummary() {
  await HINTS.load();
  return Summary;
}

/** `timeline`: where the events of a sentence stand. Nothing while summaries are switched off. */
export function Summary({ of, timeline }: { of: Pick<Incident, "id" | "version">; timeline: readonly TimelineEntry[] }) {
  const lang = language.value;
  const question = `${of.id} ${of.version} ${lang} ${assistantChanges.value}`;
  const { data, problem } = useAnswer<EventSummary>(question, (signal) =>
    ask("get", "/v1/incidents/{incident_id}/summary", { path: { incident_id: of.id }, query: { lang }, signal, repeats: 0 }),
  );
  const texts = HINTS.read();
  if (problem !== null) return problem.code === "assistant_off" ? null : <ProblemText of={problem} />;
  if (data === null) return null;
  const at = new Map(timeline.map((entry) => [entry.decision_id, entry.at]));
  return (
    <Suggested tag="div" class="summary-body">
      <h3>{texts.summary.title}</h3>
      <p class="q"><MadeBy />{data.complete ? "" : ` · ${texts.summary.incomplete}`}</p>
      <ul class="lines" lang={data.language}>
        {data.sentences.map((one) => (
          <li key={one.events.join()} data-sentence={one.code}>
            {one.text} <span class="q">{timesOf(one.events, at, (time) => f().exactTime(time)).join(", ")}</span>
          </li>
        ))}
      </ul>
    </Suggested>
  );
}

/** When the decisions of these events were made, each time once; the newest few, since the last steps tell where it stands. */
export function timesOf(events: readonly string[], at: ReadonlyMap<string, string>, said: (time: string) => string): string[] {
  const decisions = [...new Set(events.map((one) => one.slice(0, one.lastIndexOf("/"))))];
  const times = decisions.flatMap((one) => at.get(one) ?? []).sort();
  return [...new Set(times.map(said))].slice(-TIMES_AT_MOST);
}
