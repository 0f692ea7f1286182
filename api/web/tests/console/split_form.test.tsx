import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openForm } from "../../console/detail/orders";
import { SplitForm } from "../../console/detail/split_form";
import { type Incident, selectedId } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const AT = { type: "Point", coordinates: [76.95, 43.24] };
const offer = (id: string, state: string) => ({ id, state, volunteer_id: `v-${id}`, label: `Name ${id}` });
const OF = {
  ...{ id: "i-1", type: "flood", priority: "high", language: "kk", location: AT, exercise: true, reports: [] },
  offers: [offer("o-1", "accepted"), offer("o-2", "declined")],
} as unknown as Incident;
let root: HTMLElement;
const sent: unknown[] = [];

beforeEach(async () => {
  localStorage.clear();
  sent.length = 0;
  vi.stubGlobal("fetch", async (_: string, { method, body }: RequestInit) => {
    if (method === "POST") sent.push(JSON.parse(String(body)));
    return method === "POST" ? json({ id: "i-2", links: {} }, 202) : json({}, 404);
  });
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
  selectedId.value = "i-1";
  openForm("split");
  await act(() => render(<SplitForm of={OF} />, root));
});
afterEach(() => {
  render(null, root);
  root.remove();
  selectedId.value = null;
  vi.unstubAllGlobals();
});

test("the other incident has its own words, the people who go over, and the place and the drill of the first", async () => {
  expect([...root.querySelectorAll("[data-moves]")].map((one) => one.getAttribute("data-moves"))).toEqual(["o-1"]);
  await act(() => root.querySelector<HTMLElement>('[data-moves="o-1"]')?.click());
  await act(() => {
    const words = root.querySelector<HTMLTextAreaElement>("[data-field=split-description]");
    if (words !== null) words.value = "a second fire";
    words?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));

  await vi.waitFor(() => expect(selectedId.value).toBe("i-2"));
  expect(sent).toEqual([
    { type: "flood", location: AT, description: "a second fire", language: "kk", priority: "high", exercise: true, offers: ["o-1"], reports: [] },
  ]);
});
