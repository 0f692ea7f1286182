import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChipList } from "../../console/report/chip_list";
import { DraftStore } from "../../console/report/draft";
import { Foresight } from "../../console/report/foresight";
import { FormState } from "../../console/report/form_state";
import { PlaceLookup } from "../../console/report/places";
import { type ReportRead, ReportReading } from "../../console/report/reading";
import { LOADERS } from "../../console/text";
import { HINTS } from "../../shared/assistant/texts";
import { startTexts } from "../../shared/text";

const TEXT = "Су басты, менің атым Әйгерім";
const ASKED = [{ fact: "people", code: "how_many_people", kk: "Қанша адам?", ru: "Сколько людей?", en: "How many people?" }];
const READ = {
  made_by: "assistant",
  language: { value: "kk", probability: 0.99 },
  types: [],
  places: [],
  roads: [],
  people: [],
  phones: [],
  names: [{ text: "Әйгерім", spans: [[21, 28]] }],
  times: [],
  denied: [],
  threats: [],
  missing: ["people"],
  questions: ASKED,
  similar: [],
} as unknown as ReportRead;
let root: HTMLElement;

beforeEach(async () => {
  localStorage.clear();
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  await HINTS.load();
  vi.useFakeTimers();
  root = document.createElement("div");
});
afterEach(() => {
  render(null, root);
  vi.useRealTimers();
});

async function show(read: ReportRead): Promise<FormState> {
  const of = new FormState(new DraftStore("op-1"), new PlaceLookup((text) => Promise.resolve({ kind: "none", text } as never)), new Foresight(() => Promise.resolve(null)), new ReportReading(() => Promise.resolve(read)));
  of.change({ description: TEXT });
  await vi.advanceTimersByTimeAsync(400);
  await act(async () => render(<ChipList of={of} />, root));
  return of;
}

test("a name goes into the caller's field by its chip, and questions are in the caller's language", async () => {
  const of = await show(READ);
  expect(root.querySelector("ol")?.getAttribute("lang")).toBe("kk");
  expect(root.querySelector("ol")?.textContent).toBe("Қанша адам?");
  await act(async () => root.querySelector<HTMLElement>('[data-kind="name"]')?.click());
  expect(of.draft.value.callerName).toBe("Әйгерім");
});

test("an assistant of an earlier version tells no names and no questions, and that is no error", async () => {
  const { names: _, questions: __, ...earlier } = READ;
  await show(earlier as ReportRead);
  expect(root.querySelector("[data-chip]")?.getAttribute("data-kind")).toBe("language");
  expect(root.querySelector("ol")).toBeNull();
});
