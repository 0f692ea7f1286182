// Cells of people on the map: squares, numbers from three on, sums for the list.
import { expect, test } from "vitest";
import { type Crowd, type PeopleCell, cellFeatures, totals } from "../../console/map/cells";
import { stagingFeatures } from "../../console/map/features";

function cell(onDuty: number, engaged = 0): PeopleCell {
  return { cell: "13-1-1", location: { type: "Point", coordinates: [76.5, 43.5] }, box: [76, 43, 77, 44], on_duty: onDuty, engaged } as PeopleCell;
}
const crowd = (...cells: PeopleCell[]): Crowd => ({ cells, skill: null, readMs: 0 });
const labels = (found: Crowd): unknown[] => cellFeatures(found, false).features.flatMap(({ properties }) => properties?.["label"] ?? []);

test("a cell is a closed square with the number of free people", () => {
  const [square, number] = cellFeatures(crowd(cell(9, 2)), false).features;

  expect(square?.geometry).toEqual({ type: "Polygon", coordinates: [[[76, 43], [77, 43], [77, 44], [76, 44], [76, 43]]] });
  expect(number?.properties).toEqual({ label: "7", isOld: false });
  expect(number?.geometry).toEqual({ type: "Point", coordinates: [76.5, 43.5] });
});

test("one person and two have a square without a number", () => {
  expect(labels(crowd(cell(2), cell(5, 3)))).toEqual([]);
  expect(labels(crowd(cell(3)))).toEqual(["3"]);
});

test("the more are free, the darker the square", () => {
  const levels = [2, 3, 9, 10, 500].map((count) => cellFeatures(crowd(cell(count)), false).features[0]?.properties?.["level"] as number);

  expect(levels).toEqual([1, 2, 2, 3, 3]);
});

test("an old picture says so in every part", () => {
  for (const { properties } of cellFeatures(crowd(cell(9), cell(2)), true).features) expect(properties?.["isOld"]).toBe(true);
});

test("nothing is drawn before the first reading", () => expect(cellFeatures(null, false).features).toEqual([]));

test("sums count the engaged apart", () => expect(totals(crowd(cell(9, 2), cell(4, 4)))).toEqual({ free: 7, busy: 6 }));

test("people who gather at one place have one mark", () => {
  const place = { lon: 76.9, lat: 43.2 };

  expect(stagingFeatures([{ staging: place }, { staging: { ...place } }, { staging: null }], "staging").length).toBe(1);
});
