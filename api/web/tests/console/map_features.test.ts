// @vitest-environment node
import { METRES_PER_DEGREE } from "../../shared/earth";
import { expect, test } from "vitest";
import {
  OLD_AFTER_S,
  type PersonUnderWay,
  type Row,
  areaFeature,
  bearing,
  boxOf,
  incidentFeatures,
  peopleFeatures,
  ringFeature,
  searchRadiusM,
} from "../../console/map/features";

const ROW: Row = {
  id: "i-00ab", call_number: "AK-042", accepted: 3, needed: 5, alarm_level: 1, asked: 7, edit_version: 1, on_scene: 0, place: { lon: 77, lat: 43 },
  priority: "critical", reported_at: new Date().toISOString(), status: "dispatching", type: "flood", version: 9,
};
const PERSON: PersonUnderWay = {
  accuracy_m: 10, continues: true, eta_s: 240, fix_age_s: 5, label: "Ольга П.", lat: 43, lon: 76.9, offer_id: "o-1", state: "en_route", volunteer_id: "v-1",
};
const minutes = (of: number): string => `${of} мин`;
const people = (change: Partial<PersonUnderWay>, isStale = false) => peopleFeatures([{ ...PERSON, ...change }], { lon: 77, lat: 43 }, isStale, minutes).features;

test("an incident has its number and people on its plate", () => {
  const [found] = incidentFeatures([ROW], null, "DRILL").features;
  expect(found?.properties).toMatchObject({ plate: "AK-042  3/5", priority: "critical", isSelected: false });
});

test("the selected one is marked", () => {
  expect(incidentFeatures([ROW], "i-00ab", "DRILL").features[0]?.properties?.["isSelected"]).toBe(true);
});

test("an incident without a place is in the queue alone", () => {
  expect(incidentFeatures([{ ...ROW, place: null }], null, "DRILL").features).toEqual([]);
});

test("somebody on the way is an arrow with name, minutes and a line", () => {
  const [mark, line] = people({});
  expect(mark?.properties).toMatchObject({ image: "arrow-fresh", label: "Ольга П., 4 мин" });
  expect(mark?.properties?.["turn"]).toBeCloseTo(90, 0);
  expect(line?.geometry.type).toBe("LineString");
});

test("somebody on scene is a square without a line", () => {
  const found = people({ state: "on_scene" });
  expect(found.map(({ properties }) => properties?.["image"])).toEqual(["square-fresh"]);
});

test.each([{ fix_age_s: OLD_AFTER_S + 1 }, { fix_age_s: null }])("an old position is hollow: %o", (change) => {
  expect(people(change)[0]?.properties?.["image"]).toBe("arrow-old");
});

test("on a stale page every position is hollow", () => expect(people({}, true)[0]?.properties?.["image"]).toBe("arrow-old"));
test("somebody without a position is not on the map", () => expect(people({ lat: null })).toEqual([]));
test("somebody who was only asked is not on the map", () => expect(people({ state: "offered" })).toEqual([]));
test("somebody without a name has the id", () => expect(people({ label: null, eta_s: null })[0]?.properties?.["label"]).toBe("v-1"));

test.each([
  [{ lon: 77, lat: 44 }, 0],
  [{ lon: 77, lat: 42 }, 180],
  [{ lon: 76, lat: 43 }, 270],
])("an arrow to %o points to %d°", (to, degrees) => expect(bearing({ lon: 77, lat: 43 }, to)).toBeCloseTo(degrees, 5));

test("the ring has its radius to the north and is closed", () => {
  const [ring = []] = ringFeature({ lon: 77, lat: 43 }, 8000, "").geometry.coordinates;
  expect(((ring[0]?.[1] ?? 0) - 43) * METRES_PER_DEGREE).toBeCloseTo(8000, 3);
  expect(ring[0]).toEqual(ring[ring.length - 1]);
});

const needs = (change: object) => ({ capability: "field" as const, max_distance_m: 5000, shortfall: 1, ladder: null, ...change });
const ladder = (ring: number) => ({ name: "a", steps_taken: 1, next_step_at: null, ring, ended: false });

test("the search reaches as far as the widest requirement that is short", () => {
  expect(searchRadiusM([needs({}), needs({ ladder: ladder(2) }), needs({ max_distance_m: 90_000, shortfall: 0 })])).toBe(10_000);
});

test("digital work and full requirements have no ring", () => {
  expect(searchRadiusM([needs({ capability: "digital", max_distance_m: null }), needs({ shortfall: 0 })])).toBeNull();
});

test("a point is no area", () => expect(areaFeature({ type: "Point", coordinates: [77, 43] }, true, "")).toBeNull());
test("the box holds every place", () => expect(boxOf([{ lon: 77, lat: 43 }, { lon: 76, lat: 44 }])).toEqual([76, 43, 77, 44]));
test("without places there is no box", () => expect(boxOf([])).toBeNull());
