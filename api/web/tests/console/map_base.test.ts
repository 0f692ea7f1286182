// @vitest-environment node
// The files of the base map as they are, and the style in each language.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { baseMapOf } from "../../shared/base_map";
import type { Palette } from "../../console/map/look";
import { LIVE, groundOf, styleOf } from "../../console/map/style";
import { en } from "../../console/messages/map/en";
import { kk } from "../../console/messages/map/kk";
import { ru } from "../../console/messages/map/ru";
import { LANGUAGES } from "../../shared/language";

const file = (name: string) => JSON.parse(readFileSync(join(process.cwd(), "basemap", name), "utf-8")) as never;
const base = baseMapOf(file("boundaries.topo.json"), file("towns.geo.json"));
const colours = new Proxy({}, { get: () => "#123456" }) as Palette;

test("every district and region has a label in each language", () => {
  expect(base.labels.features.length).toBeGreaterThan(200);
  for (const { properties } of base.labels.features) for (const language of LANGUAGES) expect(properties?.[language]).toBeTruthy();
});

test("its sources are credited in each language", () => {
  for (const { credit } of [kk, ru, en]) for (const source of ["OCHA COD-AB", "geokz", "GeoNames", "OpenStreetMap"]) expect(credit).toContain(source);
  expect(new Set([kk.credit, ru.credit, en.credit]).size).toBe(3);
});

test.each(LANGUAGES)("in %s the names are taken from that language", (language) => {
  const town = groundOf(base, colours, language).layers.find(({ id }) => id === "town-names");
  expect((town?.layout as Record<string, unknown>)["text-field"]).toEqual(["get", language]);
});

test("the style asks no host for anything", () => {
  expect(JSON.stringify({ ...styleOf(groundOf(base, colours, "kk"), colours), sources: {} })).not.toMatch(/https?:/);
});

test("each live source has a layer", () => {
  const drawn = new Set(styleOf(groundOf(base, colours, "kk"), colours).layers.flatMap((layer) => ("source" in layer ? [layer.source] : [])));
  for (const name of LIVE) expect(drawn).toContain(name);
});

test("cells lie below every name, also without one", () => {
  const ids = styleOf(groundOf(base, colours, "kk"), colours).layers.map(({ id }) => id);
  expect(ids.indexOf("cells")).toBeLessThan(ids.indexOf("region-names"));
  expect(ids.indexOf("cells")).toBeGreaterThan(ids.indexOf("region-lines"));
  const bare = styleOf({ version: 8, sources: {}, layers: [{ id: "ground", type: "background" }] }, colours);
  expect(bare.layers.slice(0, 2).map(({ id }) => id)).toEqual(["ground", "cells"]);
});
