import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WhyForm } from "../../console/detail/forms";
import type { Incident } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const OF = { id: "i-1", offers: [], times: { closed: null } } as unknown as Incident;
const PEOPLE = [["v-11", "Ерлан", ["first_aid", "driving"]], ["v-12", "Ерлан", ["first_aid"]], ["v-13", "Ерлан", []], ["v-2", "Ерланбек", ["driving"]]].map(([id, label, skills]) => ({ id, label, skills, engaged_in: null, about_km: 50 }));
const root = document.createElement("div");
const asked: string[] = [];

beforeEach(async () => {
  localStorage.clear();
  localStorage.setItem("komek-language", "en");
  asked.length = 0;
  vi.stubGlobal("fetch", async (url: string) => {
    const { pathname, searchParams } = new URL(url, location.href);
    if (pathname.endsWith("/why")) {
      const id = searchParams.get("volunteer_id") ?? "";
      asked.push(id);
      const facts = [{ code: "passed_over", rank: 3, before: ["v-11", "v-13"] }];
      return json({ facts, incident_id: "i-1", text: "", verdict: "passed_over", volunteer_id: id });
    }
    const q = (searchParams.get("q") ?? "").toLowerCase();
    return json({ items: PEOPLE.filter(({ id, label }) => id === q || String(label).toLowerCase().startsWith(q)), next: null, exact: false });
  });
  await startTexts(LOADERS);
  document.body.append(root);
  await act(() => render(<WhyForm of={OF} />, root));
  await act(() => field().focus());
  await act(() => {
    field().value = "ерлан";
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
  await vi.waitFor(() => expect(rows()).toHaveLength(4));
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

const field = (): HTMLInputElement => root.querySelector<HTMLInputElement>('[data-field="person"]') as HTMLInputElement;
const rows = (): string[] => [...root.querySelectorAll("[role=option]")].map((one) => [...one.children].map((part) => part.textContent).join(" | ").replace(/\u00a0/g, " "));

test("people who share a name are told apart by their ids and skills, and whoever has a name alone only by it", () => {
  expect(rows()).toEqual([
    "Ерлан v-11 | first aid, driving, up to about 50 km",
    "Ерлан v-12 | first aid, up to about 50 km",
    "Ерлан v-13 | up to about 50 km",
    "Ерланбек | up to about 50 km",
  ]);
});

test("the field and the answer say which of them was chosen, and which came before", async () => {
  await act(() => void root.querySelectorAll("[role=option]")[1]?.dispatchEvent(new Event("pointerdown", { bubbles: true, cancelable: true })));
  expect(field().value).toBe("Ерлан v-12");
  await act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));

  await vi.waitFor(() => expect(root.querySelector("[role=status]")?.textContent).toContain("Ерлан v-11, Ерлан v-13"));
  expect(root.querySelector("[role=status]")?.textContent).toMatch(/^Ерлан v-12: /);
  expect(asked).toEqual(["v-12"]);
});
