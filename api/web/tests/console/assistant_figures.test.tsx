import { render } from "preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AssistantFigures } from "../../console/views/assistant_figures";
import { type TaskStanding, biasOf, driftOf, hiddenOf, isKnown, miscalibrationOf } from "../../console/views/standing";
import { LOADERS, t } from "../../console/text";
import { startTexts } from "../../shared/text";

const standing = (more: Partial<TaskStanding> = {}): TaskStanding => ({
  task: "geolocate", language: "kk", mode: "on", by: null, at: null, verdict: "good", enough: 50, reason: null, version: "1",
  judged: 60, right: 50, lower_bound: 0.72, floor: 0.6, alone: { judged: 20, right: 15 }, hidden: { judged: 12, right: 9 },
  calibration_error: 0.064, drift: -0.04, is_drifting: false, automation_bias: 0.3, wrong_shown: 20, wrong_hidden: 12, judged_at: null, ...more,
});

let page: HTMLElement;
beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  document.body.append((page = document.createElement("div")));
});
afterEach(() => {
  render(null, page);
  page.remove();
});
const shown = (one: TaskStanding): void => render(<AssistantFigures of={[one]} nameOf={(task) => task} />, page);
const said = (figure: string): string => page.querySelector(`[data-figure="${figure}"] dd`)?.textContent ?? "";

test("figures of enough answers are told in points", () => {
  shown(standing({ is_drifting: true }));
  const text = t().own.views.assistant;
  expect([said("hidden"), said("bias"), said("calibration")]).toEqual([text.of(9, 12), text.points("+30"), text.points("6")]);
  expect(said("drift")).toBe(`${text.points("−4")}, ${text.beyondChance}`);
  expect(page.querySelector("[data-reason]")).toBeNull();
});

test("what too few answers say is not told as a figure", () => {
  shown(standing({ judged: 30, verdict: "too_few", hidden: { judged: 9, right: 9 }, wrong_hidden: 9, drift: null }));
  const { too_few: tooFew } = t().own.views.assistant.verdicts;
  expect(["hidden", "bias", "calibration", "drift"].map(said)).toEqual([tooFew, tooFew, tooFew, tooFew]);
});

test("a shadow of its own is told with its reason, and a poor bound as such", () => {
  shown(standing({ mode: "shadow", reason: "below_floor", verdict: "poor", lower_bound: 0.4 }));
  expect(page.querySelector('[data-reason="below_floor"]')?.textContent).toBe(t().own.views.assistant.ownShadow);
  expect(page.querySelector("[data-poor]")?.textContent).toBe(t().own.views.assistant.verdicts.poor);
});

test.each([
  [biasOf, { wrong_shown: 10, wrong_hidden: 10 }, 30],
  [biasOf, { wrong_shown: 9 }, null],
  [biasOf, { automation_bias: null }, null],
  [hiddenOf, { hidden: { judged: 10, right: 1 } }, { judged: 10, right: 1 }],
  [miscalibrationOf, { judged: 50 }, 6],
  [miscalibrationOf, { judged: 49 }, null],
  [miscalibrationOf, { calibration_error: null }, null],
  [driftOf, { drift: 0 }, 0],
])("%o of %o is %o", (figure, more, value) => expect((figure as (one: TaskStanding) => unknown)(standing(more as Partial<TaskStanding>))).toEqual(value));

test("a row stands for what is judged or in the shadow by itself, in a language", () => {
  expect([isKnown(standing()), isKnown(standing({ judged: 0 })), isKnown(standing({ judged: 0, reason: "below_floor" })), isKnown(standing({ language: null }))]).toEqual([true, false, true, false]);
});
