// @vitest-environment node
import { expect, test } from "vitest";
import { Camera, mustShow } from "../../console/map/camera";
import type { Box } from "../../console/map/features";

const VIEW: Box = [76, 43, 77, 44];
const INSIDE: Box = [76.4, 43.4, 76.6, 43.6];
const OUTSIDE: Box = [76.4, 43.4, 78, 43.6];

test("the first incidents are brought into view", () => expect(new Camera().mayFit(INSIDE, VIEW)).toBe(true));

test("later ones move the map only when they are out of view", () => {
  const camera = new Camera();
  camera.mayFit(INSIDE, VIEW);
  expect(camera.mayFit(INSIDE, VIEW)).toBe(false);
  expect(camera.mayFit(OUTSIDE, VIEW)).toBe(true);
});

test("after a gesture no news move the map, until everything is asked for", () => {
  const camera = new Camera();
  camera.gesture();
  expect(camera.mayFit(OUTSIDE, VIEW)).toBe(false);
  camera.release();
  expect(camera.mayFit(OUTSIDE, VIEW)).toBe(true);
});

test("without incidents the map stays", () => expect(new Camera().mayFit(null, VIEW)).toBe(false));
test("opening an incident in view moves nothing", () => expect(mustShow({ lon: 76.5, lat: 43.5 }, VIEW)).toBe(false));
test("opening one out of view shows it", () => expect(mustShow({ lon: 80, lat: 43.5 }, VIEW)).toBe(true));
test("one without a place moves nothing", () => expect(mustShow(null, VIEW)).toBe(false));
