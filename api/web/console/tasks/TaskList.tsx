// The list of digital work takes the place of the detail. Results that wait for a decision are answered here or in their incident.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { ProblemText } from "../../shared/parts/problem_text";
import { Severity } from "../../shared/parts/severity";
import type { Problem } from "../../shared/problem";
import { problem as refusal } from "../detail/orders";
import { ProposalLine } from "../detail/proposal";
import { nameAmong } from "../people/names";
import { f, offerWord, outcomeWord, skillWord, taskWord, typeOf } from "../say";
import { numberById } from "../queue/called";
import { place, rows, select } from "../state";
import { t } from "../text";
import { type Task, arranged, dueOf, resultsOf } from "./task_list";

const READ_EVERY_MS = 5_000;
/** Attention of an incident by which a contradiction waits for an operator; what can be answered here is a proposal. */
const WAITING = new Set(["disagreement", "contradiction"]);
/** A decision follows the order a moment later. */
const READ_AFTER_MS = 700;

export function TaskList() {
  const text = t().own.case.tasks;
  const [tasks, setTasks] = useState<readonly Task[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const pane = useRef<HTMLDivElement>(null);
  const again = useRef<() => void>(() => undefined);
  useLayoutEffect(() => pane.current?.focus(), []);
  useEffect(() => {
    const read = async (): Promise<void> => {
      const answer = await ask("get", "/v1/tasks", { query: { limit: 200 } });
      setProblem(answer.ok ? null : answer.problem);
      if (answer.ok) setTasks(arranged(answer.data.items));
    };
    again.current = () => void setTimeout(() => void read(), READ_AFTER_MS);
    void read();
    const timer = setInterval(() => void read(), READ_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <header class="top-of-detail"><h2>{text.title}</h2></header>
      <div class="scroll" ref={pane} tabIndex={0} role="group" aria-label={text.title} data-tasks>
        <ProblemText of={problem ?? refusal.value} />
        {tasks === null && problem === null && <p class="wait" role="status">{t().common.loading}</p>}
        {tasks?.length === 0 && <p class="wait">{text.none}</p>}
        <ul class="lines tasks">{(tasks ?? []).map((task) => <Line key={`${task.incident_id} ${task.requirement_id}`} of={task} onJudged={() => again.current()} />)}</ul>
      </div>
      <div class="orders"><button type="button" class="btn" aria-keyshortcuts="Escape" onClick={() => (place.value = "detail")}>{t().own.case.panel.back} <KeyCap of="Esc" /></button></div>
    </>
  );
}

function Line({ of, onJudged }: { of: Task; onJudged: () => void }) {
  const text = t().own.case.tasks;
  const waits = (rows.value.get(of.incident_id)?.attention ?? []).some((one) => WAITING.has(one));
  const due = dueOf(of);
  const found = [...resultsOf(of)].map(([outcome, count]) => (count > 1 ? `${outcomeWord(outcome)} ×${count}` : outcomeWord(outcome)));
  const people = of.people.filter((one) => one.outcome === null).map((one) => `${nameAmong(of.people, one.volunteer_id)} (${offerWord(one.state)})`);
  const said = [text.states[of.state], ...found, ...people].join(", ");
  const open = (): void => {
    place.value = "detail";
    select(of.incident_id);
  };
  return (
    <li data-task={of.requirement_id} data-state={of.state}>
      <button type="button" class="plain task" onClick={open}>
        <Severity of={of.priority} />
        <b class="clip">{of.kind === null ? skillWord(of.skill) : taskWord(of.kind)}</b>
        <span class="clip q">{numberById(of.incident_id)}, {typeOf({ type: of.type, exercise: rows.value.get(of.incident_id)?.exercise ?? false })}</span>
        <span class="clip" title={said}>{said}</span>
        <span class="r q">{due === null ? `${of.answered} / ${of.wanted}` : f().clockwork((Date.parse(due) - now.value) / 1000)}</span>
        {waits && of.proposals.length === 0 && <span class="proposed">{text.waits}</span>}
      </button>
      {of.proposals.map((one) => <ProposalLine key={one.id} of={one} incidentId={of.incident_id} by={nameAmong(of.people, one.by)} onDone={onJudged} />)}
    </li>
  );
}
