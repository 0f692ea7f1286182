import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OrderBar } from "../../console/detail/order_bar";
import { openForm } from "../../console/detail/orders";
import { startKeys } from "../../console/keys";
import { type Incident, known, selectedId } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const LINES = [
  { id: "a", skill: "first_aid", count: 2, level: 1, priorities: ["high"] },
  { id: "b", skill: "boat", count: 3, level: 2, priorities: ["high"] },
  { id: "c", skill: "nurse", count: 4, level: 2, priorities: ["low"] },
];
let root: HTMLElement;
let stop: () => void;
const sent: [string, unknown][] = [];

beforeEach(async () => {
  sent.length = 0;
  vi.stubGlobal("fetch", async (url: string, { method, body }: RequestInit) => {
    if (method === "POST") sent.push([url, JSON.parse(String(body))]);
    if (url.includes("incident-types")) return json({ items: [{ type: "flood", priority: "high", title: {}, lines: LINES }], version: "1" });
    return json({ id: "i-1", links: {} }, method === "POST" ? 202 : 200);
  });
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
  selectedId.value = "i-1";
  openForm(null);
  stop = startKeys();
});
afterEach(() => {
  stop();
  render(null, root);
  root.remove();
  [selectedId.value, known.value] = [null, null];
  vi.unstubAllGlobals();
});

function incident(more: Partial<Incident> = {}): Incident {
  return { id: "i-1", type: "flood", priority: "high", status: "dispatching", alarm_level: 1, offers: [], times: { closed: null }, ...more } as Incident;
}

const show = (of: Incident) => act(() => render(<OrderBar of={of} />, root));
const press = (code: string) => act(() => void document.body.dispatchEvent(new KeyboardEvent("keydown", { code, key: code.slice(3).toLowerCase(), bubbles: true })));
const submit = () => act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));

test("the letter alone calls nobody: it says whom the level adds, and only the second key orders it", async () => {
  await show(incident());
  await press("KeyE");
  await vi.waitFor(() => expect(root.textContent).toContain("level 1 → 2"));
  await vi.waitFor(() => expect(root.textContent).toMatch(/boat 3/i));
  expect(root.textContent).not.toMatch(/nurse|first aid/i);
  expect(sent).toEqual([]);

  await submit();
  await vi.waitFor(() => expect(sent).toEqual([["/v1/incidents/i-1/escalate", { level: 1, reason: null }]]));
});

test("a level that was raised while the question stood is not raised again", async () => {
  await show(incident());
  await press("KeyE");
  await show(incident({ alarm_level: 2 }));
  await submit();

  expect(root.querySelector<HTMLButtonElement>("[type=submit]")?.disabled).toBe(true);
  expect(sent).toEqual([]);
});

test("a click on the order is the order", async () => {
  await show(incident({ alarm_level: 3 }));
  await act(() => root.querySelector<HTMLElement>("[data-action=escalate]")?.click());

  await vi.waitFor(() => expect(sent).toEqual([["/v1/incidents/i-1/escalate", { level: 3, reason: null }]]));
});

test("an ended incident is opened again by two keys, with the reason that was given", async () => {
  await show(incident({ status: "closed", times: { closed: "2026-11-22T08:00:00Z" } as Incident["times"] }));
  await press("KeyR");
  expect(sent).toEqual([]);
  const reason = root.querySelector<HTMLInputElement>("[data-field=reason]");
  await act(() => {
    if (reason !== null) reason.value = "again";
    reason?.dispatchEvent(new Event("input", { bubbles: true }));
  });

  await submit();
  await vi.waitFor(() => expect(sent).toEqual([["/v1/incidents/i-1/reopen", { reason: "again" }]]));
});

test.each([
  ["KeyC", /on scene 1, .*2.*those on scene ends.*stood down/],
  ["KeyM", /on scene 1, .*2.*those on scene ends.*stood down/],
  ["KeyX", /on scene 1, .*2.*All of them are stood down/],
])("an order that ends the work says first who still works, and what becomes of them (%s)", async (key, said) => {
  const offers = (["on_scene", "en_route", "en_route", "done", "declined"] as const).map((state, at) => ({ id: `o-${at}`, state }));
  await show(incident({ offers: offers as unknown as Incident["offers"] }));
  await press(key);

  expect(root.querySelector("[data-at-work]")?.textContent).toMatch(said);
  await show(incident());
  expect(root.querySelector("[data-at-work]")).toBeNull();
});
