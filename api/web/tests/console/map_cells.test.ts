// @vitest-environment node
// Cells of people on the map: squares, numbers from five on, sums for the list.
import { expect, test } from "vitest";
import { type Crowd, type PeopleCell, cellFeatures, totals } from "../../console/map/cells";
import { stagingFeatures } from "../../console/map/features";

function cell(free: number, engaged = 0): PeopleCell {
  return { cell: "13-1-1", location: { type: "Point", coordinates: [76.5, 43.5] }, box: [76, 43, 77, 44], on_duty: Math.max(5, free), free, engaged } as PeopleCell;
}
const crowd = (...cells: PeopleCell[]): Crowd => ({ cells, skill: null, readMs: 0 });
const labels = (found: Crowd): unknown[] => cellFeatures(found, false).features.flatMap(({ properties }) => properties?.["label"] ?? []);

test("a cell is a closed square that tells from how many on people are free", () => {
  const [square, number] = cellFeatures(crowd(cell(10, 5)), false).features;

  expect(square?.geometry).toEqual({ type: "Polygon", coordinates: [[[76, 43], [77, 43], [77, 44], [76, 44], [76, 43]]] });
  expect(number?.properties).toEqual({ label: "10+", isOld: false });
  expect(number?.geometry).toEqual({ type: "Point", coordinates: [76.5, 43.5] });
});

test("where fewer than five are free, the square has no number", () => {
  expect(labels(crowd(cell(0), cell(0, 5)))).toEqual([]);
  expect(labels(crowd(cell(5)))).toEqual(["5+"]);
});

test("the more are free, the darker the square", () => {
  const levels = [0, 5, 10, 20, 500].map((count) => cellFeatures(crowd(cell(count)), false).features[0]?.properties?.["level"] as number);

  expect(levels).toEqual([1, 2, 2, 3, 3]);
});

test("an old picture says so in every part", () => {
  for (const { properties } of cellFeatures(crowd(cell(10), cell(0)), true).features) expect(properties?.["isOld"]).toBe(true);
});

test("nothing is drawn before the first reading", () => expect(cellFeatures(null, false).features).toEqual([]));

test("sums count the engaged apart", () => expect(totals(crowd(cell(10, 5), cell(0, 5)))).toEqual({ free: 10, busy: 10 }));

test("people who gather at one place have one mark", () => {
  const place = { lon: 76.9, lat: 43.2 };

  expect(stagingFeatures([{ staging: place }, { staging: { ...place } }, { staging: null }], "staging").length).toBe(1);
});
