import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useDanger, whereabouts } from "../../console/alarms/whereabouts";
import type { Incident } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const NOW = "2026-11-29T10:00:00Z";
let root: HTMLElement;
let place: { lon: number; lat: number } | null = null;

beforeEach(async () => {
  await startTexts(LOADERS);
  vi.useFakeTimers({ now: Date.parse(NOW) });
  vi.stubGlobal("fetch", async () => json(danger()));
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function danger(): Incident {
  const person = { volunteer_id: "v-1", label: "A.", place, accuracy_m: 20, seen_at: NOW };
  return { id: "i-1", location: { type: "Point", coordinates: [77.25, 43.32] }, person } as unknown as Incident;
}

function Line() {
  return <p>{whereabouts(useDanger("i-1"))}</p>;
}

test("the place of a person in danger is told with how far it is from where they were sent", () => {
  place = { lon: 77.2377, lat: 43.3112 };
  expect(whereabouts(danger())).toMatch(/±20\sm, 1\.4\skm from the place of the incident$/);

  place = { lon: 77.2505, lat: 43.32 };
  expect(whereabouts(danger())).toMatch(/±20\sm$/);
  place = null;
  expect(whereabouts(danger())).toBe("Place unknown");
  expect(whereabouts({ ...danger(), person: null } as Incident)).toBe("");
});

test("who moves on is followed while it is shown", async () => {
  place = { lon: 77.2377, lat: 43.3112 };
  await act(() => render(<Line />, root));
  await act(async () => void (await vi.advanceTimersByTimeAsync(10)));
  expect(root.textContent).toMatch(/1\.4\skm/);

  place = { lon: 77.2, lat: 43.3112 };
  await act(async () => void (await vi.advanceTimersByTimeAsync(15_000)));
  expect(root.textContent).toMatch(/4\.2\skm/);
});
