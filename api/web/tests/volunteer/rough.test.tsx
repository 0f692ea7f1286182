// The distance of an offer is that of two cells, kilometres off: it is told so, by the app and by a link alike.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { language } from "../../shared/language";
import { startTexts } from "../../shared/text";
import type { Offer, Standing } from "../../volunteer/jobs";
import { JobPlace } from "../../volunteer/parts/job_place";
import { lastFix } from "../../volunteer/position";
import { about, within } from "../../volunteer/rough";
import { OfferScreen } from "../../volunteer/screens/offer";
import { WORK } from "../../volunteer/screens/work_text";
import { LOADERS } from "../../volunteer/text";

let root: HTMLElement;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  await WORK.load();
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  act(() => render(null, root));
  root.remove();
  lastFix.value = null;
});

const STANDING: Standing = { state: "offered", isConfirmed: true, waiting: null, refused: null };

function offer(more: Partial<Offer> = {}): Offer {
  const at = "2026-11-26T09:59:30Z";
  const base = { id: "o", state: "offered", capability: "field", skill: "first_aid", created_at: at, changed_at: at, expires_at: "2036-11-26T10:00:40Z" };
  const place = { distance_m: 2700, eta_s: 1500, area: null, location: null, staging: null, address: null, near: null };
  const rest = { incident: { priority: "high", type: "medical" }, hazard: false, grounds_on_way: [], wanted: null, accepted: null, task: null, requirement_languages: [] };
  return { ...base, ...place, ...rest, ...more } as unknown as Offer;
}

function text(): string {
  return root.textContent.replaceAll("\u00a0", " ");
}

test("a request says that it may be next door, and no digit that it cannot know", () => {
  act(() => render(<OfferScreen offer={offer()} standing={STANDING} />, root));

  expect(text()).toContain("≈ 3 km");
  expect(text()).toContain("very near, or up to 6 km away");
  expect(text()).not.toContain("2.7");
});

test("an acceptance that waits, and work without a position, are told of in the same words", () => {
  act(() => render(<JobPlace offer={offer()} />, root));
  expect(text()).toContain("≈ 3 km · ≈ 25 min");
  expect(text()).toContain("very near, or up to 6 km away");

  const location = { type: "Point", coordinates: [76.95, 43.25] } as NonNullable<Offer["location"]>;
  lastFix.value = { lon: 76.95, lat: 43.2547, accuracy_m: 10, atMs: 0 } as NonNullable<typeof lastFix.value>;
  act(() => render(null, root));
  act(() => render(<JobPlace offer={offer({ state: "accepted", location })} />, root));
  expect(text()).toContain("520 m");
  expect(text()).not.toContain("very near");
});

test.each([
  ["kk", "Өте жақын да, 6 км‑ге дейін", "6 км‑ден 13 км‑ге дейін"],
  ["ru", "Может быть и совсем рядом, и в 6 км", "от 6 км до 13 км"],
  ["en", "very near, or up to 6 km", "between 6 km and 13 km"],
] as const)("what it may be in truth is said in %s", async (one, near, far) => {
  localStorage.setItem("komek-language", one);
  await startTexts(LOADERS);
  expect(language.value).toBe(one);
  const plain = (words: string): string => words.replaceAll("\u00a0", " ");
  expect(plain(within(2700))).toContain(near);
  expect(plain(within(9600))).toContain(far);
  expect(plain(about(0))).toMatch(/≈ 1 (км|km)/);
});
