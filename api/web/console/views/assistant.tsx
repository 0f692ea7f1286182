// What the assistant may do, by kind of work and language: off, in the shadow, on. Who set it, and how right it has been.
import { useEffect, useState } from "preact/hooks";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import type { Problem } from "../../shared/problem";
import { ProblemText } from "../../shared/parts/problem_text";
import { assistantChanges } from "../assistant_changes";
import { f, taskWord } from "../say";
import { t } from "../text";
import { Paper } from "./paper";
import { useAnswer } from "./reading";
import { AssistantFigures } from "./assistant_figures";
import { isKnown } from "./standing";

type Schemas = components["schemas"];
type Assistant = Schemas["AssistantShown"];
type ModeShown = Schemas["ModeShown"];
type Mode = Schemas["Mode"];
type Task = Schemas["HintTask"];
type Language = Schemas["LanguageRead"]["value"];

const MODES: readonly Mode[] = ["off", "shadow", "on"];
const STRICTNESS: Readonly<Record<Mode, number>> = { off: 0, shadow: 1, on: 2 };
/** Events tell of each switch; this is for a page whose stream is silent, and for whether one runs. */
const AGAIN_MS = 5_000;

export function AssistantView() {
  const text = t().own.views.assistant;
  const [tick, setTick] = useState(0);
  const [last, setLast] = useState<Assistant | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const answer = useAnswer<Assistant>(`${tick} ${assistantChanges.value}`, (signal) => ask("get", "/v1/assistant", { signal }));
  useEffect(() => void (answer.data !== null && setLast(answer.data)), [answer.data]);
  useEffect(() => {
    const timer = setInterval(() => setTick((before) => before + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);

  async function put(mode: Mode, task: Task | null, language: Language | null): Promise<void> {
    const done = task === null ? await ask("put", "/v1/assistant", { body: { mode } }) : await ask("put", "/v1/assistant/{task}", { path: { task }, body: { mode, language } });
    setProblem(done.ok ? null : done.problem);
    const stricter = last === null || !done.ok ? null : stricterThan(mode, task, language, last);
    setSaid(!done.ok ? "" : stricter === null ? text.set : text.stricter(text.modes[stricter]));
    setTick((before) => before + 1);
  }

  const shown = answer.data ?? last;
  return (
    <Paper name="assistant" title={text.title}>
      <p>{text.about}</p>
      <ProblemText of={problem ?? answer.problem} />
      <p role="status">{said}</p>
      {shown === null ? answer.problem === null && <p role="status">{t().common.loading}</p> : <Switches of={shown} put={put} />}
    </Paper>
  );
}

/** What stays in force although the mode was set: the strictest that applies counts. */
function stricterThan(mode: Mode, task: Task | null, language: Language | null, of: Assistant): Mode | null {
  const whole = of.tasks.find((one) => one.task === task && one.language === null)?.mode ?? "on";
  const others = [...(task === null ? [] : [of.mode]), ...(language === null ? [] : [whole])];
  const strictest = others.sort((a, b) => STRICTNESS[a] - STRICTNESS[b])[0];
  return strictest !== undefined && STRICTNESS[strictest] < STRICTNESS[mode] ? strictest : null;
}

interface Given {
  readonly of: Assistant;
  put(mode: Mode, task: Task | null, language: Language | null): Promise<void>;
}

function Switches({ of, put }: Given) {
  const text = t().own.views.assistant;
  const tasks = [...new Set(of.tasks.map(({ task }) => task))].filter((one): one is Task => one !== null);
  const languages = [...new Set(of.tasks.map(({ language }) => language))];
  const known = of.tasks.filter(isKnown);
  return (
    <>
      <p data-running={String(of.is_running)}>{of.is_running === null ? text.unknown : of.is_running ? text.running : <strong>{text.notRunning}</strong>}</p>
      <h3 id="assistant-all">{text.all}</h3>
      <div class="choices" role="group" aria-labelledby="assistant-all">
        {MODES.map((mode) => (
          <button key={mode} type="button" class="btn" data-mode={mode} aria-pressed={of.mode === mode} onClick={() => void put(mode, null, null)}>{text.modes[mode]}</button>
        ))}
      </div>
      <SetBy of={of} />
      <p class="q">{text.explained}</p>
      <h3>{text.byTask}</h3>
      <table class="board switches">
        <thead><tr><th scope="col">{text.task}</th>{languages.map((one) => <th key={one} scope="col">{one === null ? text.everyLanguage : text.languages[one]}</th>)}</tr></thead>
        <tbody>
          {tasks.map((task) => (
            <tr key={task}>
              <th scope="row">{nameOf(task)}</th>
              {languages.map((language) => {
                const one = of.tasks.find((entry) => entry.task === task && entry.language === language);
                return <td key={language}>{one !== undefined && <Switch of={one} name={nameOf(task)} put={put} />}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{text.figures}</h3>
      <p>{text.hidden(f().percent(of.hidden_share))}</p>
      {known.length === 0 ? <p>{text.noFigures}</p> : <AssistantFigures of={known} nameOf={nameOf} />}
      <p>{text.known}</p>
    </>
  );
}

function nameOf(task: Task): string {
  const { report, media } = t().own.views.assistant;
  if (task === "transcription" || task === "picture") return media[task];
  return task === "report" ? report : taskWord(task);
}

function Switch({ of, name, put }: { of: ModeShown; name: string; put: Given["put"] }) {
  const text = t().own.views.assistant;
  const where = of.language === null ? text.everyLanguage : text.languages[of.language];
  return (
    <>
      <select class="field" aria-label={`${name}, ${where}`} data-switch={`${of.task} ${of.language ?? "*"}`} value={of.mode} onChange={(event) => void put(event.currentTarget.value as Mode, of.task, of.language)}>
        {MODES.map((mode) => <option key={mode} value={mode}>{text.modes[mode]}</option>)}
      </select>
      <SetBy of={of} />
    </>
  );
}

function SetBy({ of }: { of: { readonly by: string | null; readonly at: string | null } }) {
  if (of.by === null || of.at === null) return null;
  return <p class="why">{of.by}, {f().dayTime(of.at)}</p>;
}
