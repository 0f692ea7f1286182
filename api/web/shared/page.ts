// How both pages start: theme, language, session, clock, then the first drawing.
import { type ComponentType, h, render } from "preact";
import "./style/base.css";
import { startClock } from "./clock";
import { startSession } from "./session";
import { type Loaders, type SharedTexts, startTexts } from "./text";
import { startTheme } from "./theme";

declare const __BUILD__: string;
/** Of this page's files; `build` of the server tells when there is a newer one. */
export const BUILD: string = __BUILD__;

/** `homes`: selectors of where the focus goes when what had it is taken away, the best first. */
export async function startPage<Texts extends SharedTexts>(loaders: Loaders<Texts>, page: ComponentType, ...homes: string[]): Promise<void> {
  startTheme();
  startClock();
  // The language first: there is nothing to show before. The session is read meanwhile.
  const reading = startSession();
  await startTexts(loaders);
  const root = document.getElementById("page");
  if (root === null) throw new Error("the page has no #page");
  render(h(page, {}), root);
  // Not before the first drawing: the first load of the phone is at its limit.
  void import("./taps").then(({ startTaps }) => void startTaps(), () => undefined);
  void import("./focus_keeper").then(({ keepFocus }) => void keepFocus(...homes), () => undefined);
  void import("./deployment_reading").then(({ startDeployment }) => startDeployment(), () => undefined);
  await reading;
}
