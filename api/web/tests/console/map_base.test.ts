// The files of the base map as they are, and the style in each language.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { baseMapOf } from "../../console/map/base_map";
import type { Palette } from "../../console/map/look";
import { LIVE, styleOf } from "../../console/map/style";
import { LANGUAGES } from "../../shared/language";

const file = (name: string) => JSON.parse(readFileSync(join(process.cwd(), "basemap", name), "utf-8")) as never;
const base = baseMapOf(file("boundaries.topo.json"), file("towns.geo.json"));
const colours = new Proxy({}, { get: () => "#123456" }) as Palette;

test("every district and region has a label in each language", () => {
  expect(base.labels.features.length).toBeGreaterThan(200);
  for (const { properties } of base.labels.features) for (const language of LANGUAGES) expect(properties?.[language]).toBeTruthy();
});

test("its sources are credited", () => expect(base.attribution).toMatch(/CC BY/));

test.each(LANGUAGES)("in %s the names are taken from that language", (language) => {
  const town = styleOf(base, colours, language).layers.find(({ id }) => id === "town-names");
  expect((town?.layout as Record<string, unknown>)["text-field"]).toEqual(["get", language]);
});

test("the style asks no host for anything", () => {
  expect(JSON.stringify({ ...styleOf(base, colours, "kk"), sources: {} })).not.toMatch(/https?:/);
});

test("each live source has a layer", () => {
  const drawn = new Set(styleOf(base, colours, "kk").layers.flatMap((layer) => ("source" in layer ? [layer.source] : [])));
  for (const name of LIVE) expect(drawn).toContain(name);
});
