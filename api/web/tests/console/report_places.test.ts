// @vitest-environment node
import { afterEach, expect, test, vi } from "vitest";
import { lookedAt, middle } from "../../console/map/picking";
import { PlaceLookup, onlyPoint } from "../../console/report/places";
import { deployment } from "../../shared/deployment";

const ALMATY = { lon: 76.9, lat: 43.2 };
const TOWN = {
  id: "t-1",
  name: { kk: "Талғар", ru: "Талгар", en: "Talgar" },
  kind: "town",
  district: null,
  region: null,
  location: { type: "Point", coordinates: [77.2, 43.3] },
  distance_m: 25_300,
  is_outside: false,
};

afterEach(() => {
  vi.unstubAllGlobals();
  middle.value = null;
  deployment.value = null;
});

async function looked(form: string): Promise<{ readonly url: string; readonly lookup: PlaceLookup }> {
  let url = "";
  vi.stubGlobal("fetch", (asked: string) => {
    url = asked;
    return Promise.resolve(new Response(JSON.stringify({ items: [TOWN], understood_as: form, attribution: "" })));
  });
  const lookup = new PlaceLookup();
  lookup.look("улица Абая 10, Талгар");
  await lookup.settled();
  return { url, lookup };
}

test("places are weighed by the middle of the map, and of the deployment where the map shows the whole country", () => {
  expect(lookedAt()).toBeNull();

  deployment.value = { centre: { ...ALMATY, zoom: 11 } } as typeof deployment.value;
  middle.value = { centre: { lon: 67, lat: 48 }, zoom: 4 };
  expect(lookedAt()).toMatchObject(ALMATY);

  middle.value = { centre: { lon: 71.4, lat: 51.1 }, zoom: 10 };
  expect(lookedAt()).toEqual({ lon: 71.4, lat: 51.1 });
});

test("a look-up says where the operator looks, and a place how far it is", async () => {
  middle.value = { centre: ALMATY, zoom: 10 };

  const { url, lookup } = await looked("name");

  expect(decodeURIComponent(url)).toContain("near=76.9,43.2");
  expect(lookup.state.value).toMatchObject({ kind: "found", items: [{ distanceM: 25_300 }] });
});

test("the town of a street is offered and never taken by itself", async () => {
  const { lookup } = await looked("street");

  expect(lookup.state.value).toMatchObject({ form: "street", items: [{ id: "t-1" }] });
  expect(onlyPoint(lookup.state.value)).toBeNull();
});
