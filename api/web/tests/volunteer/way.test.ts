// @vitest-environment node
import { expect, it } from "vitest";
import type { Offer } from "../../volunteer/jobs";
import { wayOf } from "../../volunteer/way";

const PLACE = { type: "Point", coordinates: [76.95, 43.25] };
const NEAR = { lon: 76.95, lat: 43.2506 };
const offer = (more: Partial<Offer>): Offer => ({ distance_m: 1700, eta_s: 960, staging: null, location: PLACE, ...more }) as Offer;

it("counts from the newest position once the place is known", () => {
  const { metres, seconds, isRough } = wayOf(offer({}), NEAR, false);

  expect(isRough).toBe(false);
  expect(Math.round(metres ?? 0)).toBe(67);
  expect(seconds).toBe(60);
  expect(wayOf(offer({}), { lon: 76.95, lat: 43.2653 }, false).seconds).toBeCloseTo(960, -2);
});

it("leads to the staging point where there is one", () => {
  expect(wayOf(offer({ staging: NEAR }), NEAR, false).metres).toBe(0);
});

it("keeps the figures of the offer without a position or a place", () => {
  const told = { metres: 1700, seconds: 960, isRough: true };

  expect(wayOf(offer({}), null, false)).toEqual(told);
  expect(wayOf(offer({ location: null }), NEAR, false)).toEqual(told);
});

it("says no time on the scene, nor by a figure that tells no speed", () => {
  expect(wayOf(offer({}), NEAR, true).seconds).toBeNull();
  expect(wayOf(offer({}), null, true).seconds).toBeNull();
  expect(wayOf(offer({ distance_m: 5 }), NEAR, false).seconds).toBeNull();
});
