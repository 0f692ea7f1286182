// How right hints have been: a row of figures for each kind of work and language, and below it what stands behind them.
import { f } from "../say";
import { t } from "../text";
import { type TaskStanding, biasOf, driftOf, hiddenOf, miscalibrationOf } from "./standing";

interface Given {
  readonly of: readonly TaskStanding[];
  nameOf(task: NonNullable<TaskStanding["task"]>): string;
}

export function AssistantFigures({ of, nameOf }: Given) {
  const text = t().own.views.assistant;
  return (
    <table class="board" data-standing>
      <thead><tr><th scope="col">{text.task}</th><th scope="col">{text.language}</th><th scope="col">{text.judged}</th><th scope="col">{text.right}</th><th scope="col">{text.bound}</th><th scope="col">{text.floor}</th></tr></thead>
      {of.map((one) => (
        <tbody key={`${one.task} ${one.language}`} data-standing-of={`${one.task} ${one.language}`} data-verdict={one.verdict}>
          <tr>
            <th scope="row">{one.task === null ? "" : nameOf(one.task)}</th>
            <td>{one.language === null ? text.everyLanguage : text.languages[one.language]}</td>
            <td class="num">{one.judged}</td>
            <td class="num">{one.right}</td>
            <td class="num">{one.lower_bound === null ? "—" : f().percent(one.lower_bound)} <Verdict of={one} /></td>
            <td class="num">{f().percent(one.floor)}</td>
          </tr>
          <tr><td colSpan={6}><Behind of={one} /></td></tr>
        </tbody>
      ))}
    </table>
  );
}

function Verdict({ of }: { of: TaskStanding }) {
  const word = t().own.views.assistant.verdicts[of.verdict];
  return of.verdict === "poor" ? <strong data-poor>{word}</strong> : <span class="q">{word}</span>;
}

/** Without hints, followed when wrong, stated probabilities, lately; and why nobody at work sees them. */
function Behind({ of }: { of: TaskStanding }) {
  const text = t().own.views.assistant;
  const [hidden, bias, off, drift] = [hiddenOf(of), biasOf(of), miscalibrationOf(of), driftOf(of)];
  const lately = drift === null ? null : of.is_drifting ? `${text.points(signed(drift))}, ${text.beyondChance}` : text.points(signed(drift));
  return (
    <>
      {of.reason !== null && <p><strong data-reason={of.reason}>{text.ownShadow}</strong></p>}
      <dl class="q">
        <Line what={text.hiddenRight} says={hidden === null ? null : text.of(hidden.right, hidden.judged)} of="hidden" />
        <Line what={text.bias} says={bias === null ? null : text.points(signed(bias))} of="bias" />
        <Line what={text.calibration} says={off === null ? null : text.points(String(off))} of="calibration" />
        <Line what={text.drift} says={lately} of="drift" />
      </dl>
    </>
  );
}

/** `says` null: too few answers to tell. */
function Line({ what, says, of }: { what: string; says: string | null; of: string }) {
  return (
    <div data-figure={of}>
      <dt>{what}</dt>
      <dd>{says ?? t().own.views.assistant.verdicts.too_few}</dd>
    </div>
  );
}

const signed = (points: number): string => (points > 0 ? `+${points}` : points < 0 ? `−${-points}` : "0");
