import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { draftsOf } from "../../console/report/draft";
import { worstOf } from "../../console/report/foreseen_needs";
import type { ForeseenNeed } from "../../console/report/foresight";
import { ReportForm } from "../../console/report/ReportForm";
import { LOADERS } from "../../console/text";
import { now, serverNow } from "../../shared/clock";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const need = (skill: string, count: number, free: number | null, chance: number | null, more: Partial<ForeseenNeed> = {}): ForeseenNeed => ({
  ...{ skill, count, free_near: free, free_near_at_least: free, chance, capability: "field", is_capped: free === null ? null : false, nearest_eta_s: null },
  ...more,
});

test.each([
  ["nobody free", [need("driving", 1, 9, 0.9), need("firefighting", 4, 0, 0)], "firefighting"],
  ["too few free, whatever the chance", [need("firefighting", 4, 3, 0.8)], "firefighting"],
  ["enough free, of whom too few would come", [need("firefighting", 4, 6, 0.3)], "firefighting"],
  ["the least hope of several", [need("driving", 2, 1, 0.2), need("firefighting", 4, 2, 0.1)], "firefighting"],
  ["the least share where the hope is the same", [need("driving", 2, 1, 0), need("firefighting", 4, 0, 0)], "firefighting"],
  ["no chance told", [need("firefighting", 4, 1, null)], "firefighting"],
  ["all fine", [need("driving", 1, 9, 0.9), need("firefighting", 4, 30, 0.97, { is_capped: true })], null],
  ["nobody can tell", [need("driving", 1, null, null)], null],
] as const)("the requirement that would not be filled: %s", (_, needs, skill) => {
  expect(worstOf(needs)?.skill ?? null).toBe(skill);
});

const PLACE = { lon: 76.95, lat: 43.24, name: null, district: null, region: null };
const root = document.createElement("div");
let needs: readonly ForeseenNeed[] = [];

beforeEach(async () => {
  localStorage.clear();
  localStorage.setItem("komek-language", "en");
  vi.stubGlobal("fetch", async (url: string) => (url.includes("preview") ? json({ similar: [], place: null, needs }) : json({ items: [] })));
  await startTexts(LOADERS);
  document.body.append(root);
  draftsOf("").change({ type: "fire", typeText: "Fire", place: PLACE, placeText: "43.24, 76.95" });
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

const show = () => act(() => render(<ReportForm onDone={() => undefined} />, root));
const said = (): string | null => root.querySelector("footer [data-short] [role=status]")?.textContent?.replace(/\u00a0/g, " ") ?? null;

test("who will lack stands beside the button that saves, in words, and with its age once it cannot be renewed", async () => {
  needs = [need("driving", 1, 9, 0.9), need("firefighting", 4, 0, 0)];
  await show();

  await vi.waitFor(() => expect(said()).toBe("firefighting: 0 free nearby, 4 needed, chance 0%"));
  await act(() => void (now.value = serverNow() + 60_000));
  expect(root.querySelector("[data-short]")?.textContent).toMatch(/\(1.min ago\)$/);
});

test("nothing stands there when every requirement would be filled, nor for a report that is added to another incident", async () => {
  needs = [need("firefighting", 4, 9, 0.9)];
  await show();
  await vi.waitFor(() => expect(root.querySelector(".report-needs td")?.textContent).toBe("9"));
  expect(said()).toBeNull();

  needs = [need("firefighting", 4, 0, 0)];
  await act(() => draftsOf("").change({ priority: "low" }));
  await vi.waitFor(() => expect(said()).not.toBeNull());
  await act(() => draftsOf("").change({ joins: { id: "i-9", type: "fire" } }));
  expect(said()).toBeNull();
});
