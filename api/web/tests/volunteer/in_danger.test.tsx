// Helpers of a person in danger go to where the person is; the incident stands where that person was sent to.
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Offer } from "../../volunteer/jobs";
import { JobPlace } from "../../volunteer/parts/job_place";
import { lastFix } from "../../volunteer/position";
import { loadWork } from "../../volunteer/screens/work";
import { LOADERS } from "../../volunteer/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const SENT_TO = { type: "Point", coordinates: [77.25, 43.32] };
const SEEN = "2026-11-29T10:00:00Z";
let root: HTMLElement;
let told: object;
let asked: number;

const person = (volunteer_id: string, lon: number | null) => ({ volunteer_id, place: lon === null ? null : { lon, lat: 43.3112 }, accuracy_m: 20, seen_at: lon === null ? null : SEEN });
const offer = (more: object = {}): Offer => ({ id: "o-1", state: "accepted", people_in_distress: 1, location: SENT_TO, area: null, staging: null, address: null, distance_m: 2000, eta_s: 600, ...more }) as unknown as Offer;

beforeEach(async () => {
  [told, asked] = [{ person: person("v-9", 77.2377), others_in_distress: [] }, 0];
  vi.stubGlobal("fetch", async () => {
    asked += 1;
    return json(told);
  });
  await startTexts(LOADERS);
  await loadWork();
  lastFix.value = { lon: 77.2377, lat: 43.3202, accuracy_m: 5, atMs: 0 };
  root = document.createElement("div");
});
afterEach(() => {
  render(null, root);
  lastFix.value = null;
  vi.unstubAllGlobals();
});

const show = (of: Offer) => act(() => render(h(JobPlace, { offer: of }), root));
const links = () => [...root.querySelectorAll("a")].map((one) => one.href).filter((href) => href.includes("google"));

test("the way leads to the person, and their place is told with its time", async () => {
  await show(offer());
  await vi.waitFor(() => expect(root.querySelector('[data-in-danger="v-9"]')).not.toBeNull());

  expect(links()).toEqual([expect.stringContaining("43.311200,77.237700")]);
  expect(root.querySelector(".address p")?.textContent).toMatch(/^1\s(km|км)/);
});

test("everybody is shown to whom it leads; of whom no place is known that is said", async () => {
  told = { person: person("v-9", 77.2377), others_in_distress: [person("v-8", 77.3)] };
  await show(offer({ people_in_distress: 2 }));
  await vi.waitFor(() => expect(root.querySelectorAll("[data-in-danger]")).toHaveLength(2));
  expect(links()).toHaveLength(2);

  told = { person: person("v-9", null), others_in_distress: [] };
  await show(offer({ id: "o-2" }));
  await vi.waitFor(() => expect(root.querySelector(".band")).not.toBeNull());
  expect(links()).toEqual([expect.stringContaining("43.320000,77.250000")]);
});

test("nobody is led into a hazard zone, and other work asks nothing", async () => {
  await show(offer({ staging: { lon: 77.2, lat: 43.3 } }));
  await vi.waitFor(() => expect(root.querySelector("[data-in-danger]")).not.toBeNull());
  expect(links()).toEqual([expect.stringContaining("43.300000,77.200000")]);

  const before = asked;
  await show(offer({ id: "o-3", people_in_distress: 0 }));
  expect(asked).toBe(before);
  expect(links()).toEqual([expect.stringContaining("43.320000,77.250000")]);
});
