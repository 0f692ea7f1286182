// The pages that are opened seldom, in one file that is loaded when the first of them is.
import { AfterAction } from "./after_action";
import { Archive } from "./archive";
import { AssistantView } from "./assistant";
import { Board } from "./board";
import { view } from "./route";
import { Shift } from "./shift";
import "./views.css";

export function Views(_: object) {
  const shown = view.value;
  if (shown === null) return null;
  if (shown.kind === "report") return <AfterAction key={shown.id} id={shown.id} />;
  if (shown.kind === "shift") return <Shift />;
  if (shown.kind === "assistant") return <AssistantView />;
  return shown.kind === "board" ? <Board /> : <Archive />;
}
