import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OrderBar } from "../../console/detail/order_bar";
import { notMovedText } from "../../console/detail/not_moved";
import { form, notMoved, openForm, problem, refusedElsewhere } from "../../console/detail/orders";
import { draft } from "../../console/drafts";
import { SplitForm } from "../../console/detail/split_form";
import { type Incident, selectedId } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const AT = { type: "Point", coordinates: [76.95, 43.24] };
const offer = (id: string, state: string) => ({ id, state, volunteer_id: `v-${id}`, label: `Name ${id}` });
const OF = {
  ...{ id: "i-1", type: "flood", priority: "high", language: "kk", location: AT, exercise: true, reports: [] },
  times: { closed: null },
  offers: [offer("o-1", "accepted"), offer("o-2", "declined")],
} as unknown as Incident;
let root: HTMLElement;
const sent: unknown[] = [];
let outcome: unknown = null;
let found: unknown[] = [];
const named = (name: string, distance_m: number) => ({
  ...{ id: name, kind: "village", district: null, region: null, is_outside: false, distance_m, name: { kk: name, ru: name, en: name } },
  location: { type: "Point", coordinates: [75.5, 49.6] },
});

beforeEach(async () => {
  localStorage.clear();
  sent.length = 0;
  outcome = null;
  vi.stubGlobal("fetch", async (url: string, { method, body }: RequestInit) => {
    if (method === "POST") sent.push(JSON.parse(String(body)));
    if (method === "POST") return json({ id: "i-2", links: outcome === null ? {} : { outcome: "/v1/incidents/i-1/commands/c-1" } }, 202);
    if (url.includes("/v1/places?")) return json({ understood_as: "name", items: found, attribution: "" });
    return url.includes("/commands/") ? json(outcome) : json({}, 404);
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

async function splitOff(): Promise<void> {
  await act(() => root.querySelector<HTMLElement>('[data-moves="o-1"]')?.click());
  await act(() => {
    const words = root.querySelector<HTMLTextAreaElement>("[data-field=split-description]");
    if (words !== null) words.value = "a second fire";
    words?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // The page takes the form away; here it stays, and must not look like somebody who types.
  (document.activeElement as HTMLElement).blur();
  await act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
}

test("a split that the log refuses leads back to its form, with the words, and names the incident that has the people", async () => {
  outcome = { id: "c-1", incident_id: "i-1", outcome: "refused", reason: "already_split", version: 2, other_incident: "i-9" };

  await splitOff();

  await vi.waitFor(() => expect(problem.value?.code).toBe("already_split"));
  expect([selectedId.value, form.value, draft("split i-1")]).toEqual(["i-1", "split", "a second fire"]);
  await act(() => render(<OrderBar of={OF} />, root));
  expect(root.querySelector("[role=alert]")?.textContent).toBe("Another order has split these off already.");
  expect(root.querySelector("[data-merged]")?.getAttribute("data-merged")).toBe("i-9");
});

test("a note that is begun at the new incident is not left for the form of a split that was refused", async () => {
  outcome = { id: "c-1", incident_id: "i-1", outcome: "pending" };
  await splitOff();
  await vi.waitFor(() => expect(selectedId.value).toBe("i-2"));
  openForm("note");

  outcome = { id: "c-1", incident_id: "i-1", outcome: "refused", reason: "already_split", version: 2, other_incident: "i-9" };

  await vi.waitFor(() => expect(refusedElsewhere.value.map(({ id }) => id)).toEqual(["i-1"]));
  expect([selectedId.value, form.value, draft("split i-1")]).toEqual(["i-2", "note", "a second fire"]);
});

test("who was named and had gone is told by name at the new incident", async () => {
  const left = { id: "o-1", volunteer_id: "v-o-1", state: "declined", into: null };
  outcome = { id: "c-1", incident_id: "i-1", outcome: "applied", reason: null, version: 3, not_moved: [left] };

  await splitOff();

  await vi.waitFor(() => expect(notMoved.value?.into).toBe("i-2"));
  await act(() => render(<OrderBar of={{ ...OF, id: "i-2", times: { closed: null } } as unknown as Incident} />, root));
  expect(root.querySelector("[data-not-moved]")?.textContent).toBe("Gone before, not moved: Name o-1: declined.");
  expect(notMovedText(OF, [{ id: "i-320000-00019", volunteer_id: null, state: null, into: "i-9" }])).toContain("already in");
});

test("when news take away the field that has the focus, the next keys still belong to the form", async () => {
  const choice = root.querySelector<HTMLElement>('[data-moves="o-1"]');
  await act(() => choice?.focus());
  expect(document.activeElement).toBe(choice);

  // A colleague has merged the incident: nobody is left to go over.
  await act(() => render(<SplitForm of={{ ...OF, offers: [] }} />, root));

  expect(document.activeElement).toBe(root.querySelector("[data-first]"));
});

const write = (selector: string, value: string) =>
  act(() => {
    const field = root.querySelector<HTMLInputElement>(selector);
    if (field !== null) field.value = value;
    field?.dispatchEvent(new Event("input", { bubbles: true }));
  });
const send = () => act(() => void root.querySelector("form")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true })));

test.each([
  ["ед", 777_000, "777 km away: check that this is the place meant"],
  ["Едрей", 777_000, "777 km away: check that this is the place meant"],
  ["ед", 9_000, "9 km from the middle of the map"],
])("a place that sending takes for %s, %d m away, is shown first, and sent by the next Ctrl+Enter", async (typed, distanceM, said) => {
  found = [named("Едрей", distanceM)];
  await write("[data-field=split-description]", "a second fire");
  await write("[data-field=split-location]", typed);

  await send();
  await vi.waitFor(() => expect(root.querySelector(".fault")?.textContent).toContain("Not sent yet"));
  expect(sent).toEqual([]);
  expect(root.querySelector(".report-echo")?.textContent?.replace(/\u00a0/g, " ")).toContain(said);
  expect(document.activeElement?.getAttribute("data-field")).toBe("split-location");

  await send();
  await vi.waitFor(() => expect(sent).toMatchObject([{ location: { coordinates: [75.5, 49.6] } }]));
});
