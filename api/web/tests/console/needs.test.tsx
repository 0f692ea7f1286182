// Why people are missing. The record keeps bounds instead of counts of people it does not name: they are never said as counts.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Needs } from "../../console/detail/needs";
import type { Decision, Incident } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";

let root: HTMLElement;

beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  act(() => render(null, root));
  root.remove();
});

async function said(language: string, search: Record<string, unknown>): Promise<string> {
  localStorage.setItem("komek-language", language);
  await startTexts(LOADERS);
  const need = { id: "r-1", skill: "first_aid", capability: "field", settled: null, shortfall: 1, shortfall_reason: "all_engaged", accepted: 0, offered: 0, count: 1, ladder: null };
  const of = { id: "i-1", status: "unfilled", requirements: [need], offers: [], attention: [], times: { closed: null } } as unknown as Incident;
  const why = { requirement_id: "r-1", asked: 0, searched_m: 80_000, bounded: false, passed_over: [], ...search };
  const decisions = [{ events: [], why: { requirements: [why] } }] as unknown as Decision[];
  act(() => render(<Needs of={of} decisions={decisions} />, root));
  return root.textContent.replaceAll("\u00a0", " ");
}

const SEARCH = { considered: 10, excluded: { engaged: 3, too_far: 10 } };

test.each([
  ["kk", "ең көбі 10 адам қаралды (шеңбер 80 км): бос емес ең көбі 3, тым алыс ең көбі 10."],
  ["ru", "рассмотрел не больше 10 человек в круге 80 км: заняты до 3, слишком далеко до 10."],
  ["en", "examined at most 10 people within 80 km: at most 3 busy, at most 10 too far."],
])("numbers of people in the reasons are bounds (%s)", async (language, sentence) => {
  expect(await said(language, SEARCH)).toContain(sentence);
});

test("those who were asked are counted", async () => {
  expect(await said("en", { ...SEARCH, asked: 2 })).toContain("80 km: asked 2, at most 3 busy");
  expect(await said("ru", { ...SEARCH, considered: 1 })).toContain("не больше 1 человека");
});

test.each([
  ["kk", /бәрі/i],
  ["ru", /все заняты/i],
  ["en", /all (are )?(busy|at other)/i],
])("nobody is told that all are busy where most are too far (%s)", async (language, all) => {
  // One busy person within the limits is enough for the reason.
  expect(await said(language, SEARCH)).not.toMatch(all);
});
