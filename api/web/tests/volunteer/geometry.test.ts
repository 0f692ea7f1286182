// @vitest-environment node
import { expect, it } from "vitest";
import { metresFrom, ringStepKm, spotOf } from "../../volunteer/geometry";

it("a degree of latitude is 111 km north, a degree of longitude less the farther north", () => {
  const almaty = { lon: 76.945, lat: 43.238 };
  expect(metresFrom(almaty, { lon: 76.945, lat: 44.238 }).north).toBeCloseTo(111_195, 0);
  const east = metresFrom(almaty, { lon: 77.945, lat: 43.238 }).east;
  expect(east).toBeGreaterThan(80_000);
  expect(east).toBeLessThan(82_000);
});

it("the shortest way leads across 180 degrees", () => {
  expect(metresFrom({ lon: 179.9, lat: 0 }, { lon: -179.9, lat: 0 }).east).toBeCloseTo(22_239, 0);
});

it("the farthest place lies within three rings of whole kilometres", () => {
  for (const metres of [100, 2_900, 3_100, 14_000, 80_000, 400_000]) {
    const step = ringStepKm(metres);
    expect(metres).toBeLessThanOrEqual(step * 3000);
    expect(Number.isInteger(step)).toBe(true);
  }
});

it("an area stands for its middle, and nothing for no place", () => {
  const ring = [[76, 43], [78, 43], [78, 45], [76, 45], [76, 43]];
  expect(spotOf({ type: "Polygon", coordinates: [ring] } as never)).toEqual({ lon: 77, lat: 44 });
  expect(spotOf(null)).toBeNull();
});
