import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HINTS } from "../../shared/assistant/texts";
import { startTexts } from "../../shared/text";
import { assistanceOf } from "../../volunteer/assisted";
import type { Draft } from "../../volunteer/drafts";
import { TEXTS } from "../../volunteer/map/text";
import { resultOf } from "../../volunteer/screens/digital";
import { OtherReports, choicesOf, reportName } from "../../volunteer/screens/other_reports";
import { saidOf } from "../../volunteer/screens/work_hints";
import { LOADERS } from "../../volunteer/text";

const FIRST = "8320e5-6f0c1d2e-0001";
const SECOND = "8320e5-6f0c1d2e-0002";
const similar = (incident: string) => ({ id: `h-${incident}`, kind: "similar", value: { incident_id: incident, likeness: 0.9, reasons: ["same_phone"] }, spans: [], probability: 0.9, mode: "on" });
const other = { incident_id: FIRST, distance_m: 300, apart_s: 720, same_type: true, likeness: 0.86 };
const TASK = { kind: "find_duplicates", outcomes: ["duplicate", "none"], others: [other], hints: [similar(FIRST), similar(SECOND)] } as never;
const EMPTY: Draft = { outcome: "duplicate", text: "", place: "", incident: "", assisted: [], asked: [] };
let root: HTMLElement;
let draft: Draft;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  await HINTS.load();
  await TEXTS.load();
  root = document.createElement("div");
  document.body.append(root);
  draft = EMPTY;
});
afterEach(() => {
  render(null, root);
  root.remove();
});

async function shown(task = TASK): Promise<void> {
  const change = (part: Partial<Draft>): void => {
    draft = { ...draft, ...part };
  };
  await act(() => render(<OtherReports task={task} draft={draft} change={change} />, root));
}
const choose = (incident: string): Promise<void> => act(() => root.querySelector<HTMLInputElement>(`[data-choice="${incident}"] input`)?.click()) as Promise<void>;

test("each report that may be the same is a choice once, in words, and no id is shown", async () => {
  await shown();

  expect(choicesOf(TASK).map(({ id }) => id)).toEqual([FIRST, SECOND]);
  expect(root.querySelector(`[data-choice="${FIRST}"]`)?.textContent).toContain("Report 1");
  expect(root.querySelector(`[data-choice="${FIRST}"] .label:not(.made-by)`)?.textContent).toMatch(/300.m away · 12.min apart · same type · 86.?% alike/);
  expect(root.querySelector(`[data-choice="${SECOND}"]`)?.textContent).toContain("Report 2");
  for (const incident of [FIRST, SECOND]) expect(root.textContent).not.toContain(incident.slice(-6));
});

test("a choice is the answer, and says that the assistant had a part where it had", async () => {
  await shown();
  await choose(SECOND);

  expect(resultOf(draft, assistanceOf(TASK, draft, (one) => saidOf(one, TASK)))).toEqual({ outcome: "duplicate", incident_id: SECOND, assisted_by: [`h-${SECOND}`] });
});

test("a number that an operator told is typed, and takes the choice back", async () => {
  await shown();
  await choose(FIRST);
  draft = { ...draft, incident: "8320e5-told" };
  await shown();

  expect(root.querySelectorAll("input:checked")).toHaveLength(0);
  expect(root.querySelector<HTMLInputElement>('[data-field="incident_id"]')?.value).toBe("8320e5-told");
  expect(resultOf(draft)).toEqual({ outcome: "duplicate", incident_id: "8320e5-told" });
});

test("a hint calls a report as the answer does, and is silent about others", () => {
  expect(saidOf(similar(SECOND) as never, TASK)).toBe("Report 2");
  expect(reportName(TASK, "8320e5-else")).toBe("");
});

test("an offer that an older server told has no choices", async () => {
  await shown({ kind: "find_duplicates", outcomes: ["duplicate"] } as never);

  expect(root.querySelectorAll("[data-choice]")).toHaveLength(0);
  expect(root.querySelector('[data-field="incident_id"]')).not.toBeNull();
});
