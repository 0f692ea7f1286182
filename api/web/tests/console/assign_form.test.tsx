import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AssignForm } from "../../console/detail/assign_form";
import { openForm, problem } from "../../console/detail/orders";
import { type Incident, selectedId } from "../../console/state";
import { LOADERS } from "../../console/text";
import type { Problem } from "../../shared/problem";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const NEED = { id: "r-1", skill: "first_aid", capability: "field", settled: null, shortfall: 1, accepted: 0, count: 1 };
const OF = { id: "i-1", requirements: [NEED], offers: [], times: { closed: null } } as unknown as Incident;
const PEOPLE = [["v-1", "Айна С."], ["v-2", "Олжас А."], ["v-3", "Олжас Б."], ["v-off", "Данияр"]].map(([id, label]) => ({ id, label, engaged_in: null, about_km: 3 }));
let root: HTMLElement;
const sent: unknown[] = [];

beforeEach(async () => {
  localStorage.clear();
  sent.length = 0;
  vi.stubGlobal("fetch", async (url: string, { method, body }: RequestInit) => {
    if (method === "POST") sent.push(JSON.parse(String(body)));
    if (method === "POST") return json({ id: "o-1", links: {} }, 202);
    if (!url.includes("/v1/volunteers")) return json({}, 404);
    const asked = new URL(url, location.href).searchParams;
    const [q, isOnDuty] = [(asked.get("q") ?? "").toLowerCase(), asked.has("on_duty")];
    const items = PEOPLE.filter(({ id, label }) => (id === q || label?.toLowerCase().startsWith(q)) && !(isOnDuty && id === "v-off"));
    return json({ items, next: null, exact: false });
  });
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
  selectedId.value = "i-1";
});
afterEach(() => {
  render(null, root);
  root.remove();
  selectedId.value = null;
  vi.unstubAllGlobals();
});

async function open(given: string): Promise<void> {
  openForm("assign", given);
  await act(() => render(<AssignForm of={OF} />, root));
}
const field = (): HTMLInputElement => root.querySelector<HTMLInputElement>('[data-field="person"]') as HTMLInputElement;
const send = () => act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));

test("a name that the palette was given is the one person who has it, and is sent by id", async () => {
  await open("айна");
  await vi.waitFor(() => expect(field().value).toBe("Айна С."));
  expect(field().classList.contains("is-chosen")).toBe(true);

  await send();
  await vi.waitFor(() => expect(sent).toEqual([{ volunteer_id: "v-1", requirement_id: "r-1", reason: null, force: false }]));
});

test("a name that several have is not chosen: they are offered, and the field says so when it is sent", async () => {
  await open("Олжас");
  await vi.waitFor(() => expect(root.querySelectorAll("[role=option]")).toHaveLength(2));
  expect(field().classList.contains("is-chosen")).toBe(false);

  await send();
  await vi.waitFor(() => expect(root.querySelector(".fault")?.textContent).toContain("below"));
  expect(document.activeElement).toBe(field());
  expect(sent).toEqual([]);
});

test("a name that nobody has is said at the field, and so is a missing one", async () => {
  await open("Данияр");
  await vi.waitFor(() => expect(root.querySelector("[role=status]")?.textContent).toContain("on duty and free"));
  await send();
  await vi.waitFor(() => expect(root.querySelector(".fault")?.textContent).toContain("on duty and free"));

  render(null, root);
  await open("");
  await send();
  await vi.waitFor(() => expect(root.querySelector(".fault")?.textContent).toContain("Name a person"));
  expect(sent).toEqual([]);
});

test("somebody off duty is asked for by the whole id: the answer tells what speaks against them", async () => {
  await open("v-off");
  await vi.waitFor(() => expect(field().value).toBe("Данияр"));

  await send();
  await vi.waitFor(() => expect(sent).toHaveLength(1));
});

test("where rules speak against, the reason is said to be missing and is typed next", async () => {
  await open("v-1");
  await act(() => void (problem.value = { code: "rules_against", status: 409, params: { rules: ["too_far"] } } as unknown as Problem));
  expect(root.querySelector(".fault")?.getAttribute("role")).toBe("alert");
  const reason = root.querySelector<HTMLInputElement>('[data-field="reason"]');
  expect(document.activeElement).toBe(reason);

  await act(() => void reason?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true })));
  expect(root.querySelector("[data-lacks]")?.getAttribute("role")).toBe("alert");
  expect(sent).toEqual([]);
});
