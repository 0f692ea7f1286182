// @vitest-environment node
import { expect, test } from "vitest";
import { metresPerPixel, scaleOf } from "../../console/map/scale";

const at = (lat: number, zoom: number) => ({ centre: { lon: 76.9, lat }, zoom });

test("a pixel is as long as MapLibre draws it", () => {
  // 40,030 km around the earth on 512 px; half of it at 60 degrees.
  expect(metresPerPixel(at(0, 0))).toBeCloseTo(78_184, -2);
  expect(metresPerPixel(at(60, 0)) / metresPerPixel(at(0, 0))).toBeCloseTo(0.5, 6);
  expect(metresPerPixel(at(0, 10)) * 1024).toBeCloseTo(metresPerPixel(at(0, 0)), 3);
});

test.each([3, 5.5, 8, 10.2, 13, 16])("at zoom %d the bar has a round length and fits", (zoom) => {
  const { metres, px } = scaleOf(at(43.2, zoom));

  expect(String(metres)).toMatch(/^[125]0*$/);
  expect(px).toBeGreaterThan(40);
  expect(px).toBeLessThanOrEqual(110);
});
