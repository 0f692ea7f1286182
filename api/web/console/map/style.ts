// The style of the map: land, borders, places, then what is live. Text is drawn with the fonts of the device: no glyph files.
import type { LayerSpecification, SourceSpecification, StyleSpecification, SymbolLayerSpecification } from "maplibre-gl";
import type { Language } from "../../shared/language";
import type { BaseMap } from "../../shared/base_map";
import type { Palette } from "./look";

const REGULAR = ["Noto Sans Regular"];
const BOLD = ["Noto Sans Bold"];
const ITALIC = ["Noto Sans Italic"];
/** Sources that change while the map is open. */
export const LIVE = ["cells", "areas", "ring", "staging", "people", "incidents", "draft"] as const;
export type LiveSource = (typeof LIVE)[number];
/** Layers whose marks are clicked. */
export const CLICKABLE = ["incident-marks", "incident-plates", "selected-plate"];

const empty: SourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

/** Districts and towns of the build. */
export function groundOf(base: BaseMap, colours: Palette, language: Language): StyleSpecification {
  return {
    version: 8,
    sources: {
      districts: { type: "geojson", data: base.districts },
      regions: { type: "geojson", data: base.regions },
      labels: { type: "geojson", data: base.labels },
      towns: { type: "geojson", data: base.towns },
    },
    layers: [...ground(colours), ...names(colours, language)],
  };
}

/** What is live, above any ground: that of the build, or a street map. The cells alone lie below its first name. */
export function styleOf(under: StyleSpecification, colours: Palette): StyleSpecification {
  const firstName = under.layers.findIndex(({ type }) => type === "symbol");
  const at = firstName < 0 ? under.layers.length : firstName;
  const live = [cellNumbers(colours), ...areas(colours), ...people(colours), ...incidents(colours)];
  return {
    ...under,
    sources: { ...under.sources, ...Object.fromEntries(LIVE.map((name) => [name, empty])) },
    layers: [...under.layers.slice(0, at), cellFills(colours), ...under.layers.slice(at), ...live],
  };
}

function cellFills(colours: Palette): LayerSpecification {
  return {
    id: "cells",
    type: "fill",
    source: "cells",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: {
      "fill-color": ["match", ["get", "level"], 1, colours["cell-1"], 2, colours["cell-2"], colours["cell-3"]],
      "fill-opacity": ["case", ["get", "isOld"], 0.35, 0.85],
      "fill-outline-color": colours["map-land"],
    },
  };
}

function cellNumbers(colours: Palette): LayerSpecification {
  return {
    id: "cell-numbers",
    type: "symbol",
    source: "cells",
    filter: ["==", ["geometry-type"], "Point"],
    layout: { "text-field": ["get", "label"], "text-font": REGULAR, "text-size": 12, "symbol-sort-key": 1 },
    // Fills fade when they are old, texts never: they turn to the colour of what is not sure.
    paint: { "text-color": ["case", ["get", "isOld"], colours.stale, colours["cell-ink"]] },
  };
}

function ground(colours: Palette): LayerSpecification[] {
  return [
    { id: "ground", type: "background", paint: { "background-color": colours["map-land"] } },
    {
      id: "district-lines",
      type: "line",
      source: "districts",
      minzoom: 5.5,
      paint: { "line-color": colours["map-line"], "line-width": 1, "line-opacity": 0.7 },
    },
    { id: "region-lines", type: "line", source: "regions", paint: { "line-color": colours["map-line"], "line-width": 1.6 } },
  ];
}

function names(colours: Palette, language: Language): LayerSpecification[] {
  const paint = { "text-color": colours["ink-2"], "text-halo-color": colours["map-land"], "text-halo-width": 1.5 };
  return [
    {
      id: "region-names",
      type: "symbol",
      source: "labels",
      maxzoom: 6.5,
      filter: ["==", ["get", "kind"], "region"],
      layout: { "text-field": ["get", language], "text-font": ITALIC, "text-size": 12, "text-max-width": 8 },
      paint,
    },
    {
      id: "district-names",
      type: "symbol",
      source: "labels",
      minzoom: 7.5,
      filter: ["==", ["get", "kind"], "district"],
      layout: { "text-field": ["get", language], "text-font": ITALIC, "text-size": 12, "text-max-width": 8 },
      paint,
    },
    {
      id: "town-names",
      type: "symbol",
      source: "towns",
      filter: [">=", ["get", "population"], ["step", ["zoom"], 300_000, 5, 100_000, 7, 30_000, 8.5, 0]],
      layout: {
        "text-field": ["get", language],
        "text-font": ["step", ["get", "population"], ["literal", REGULAR], 300_000, ["literal", BOLD]],
        "text-size": 13,
        // Beside the marks of incidents: a city where many stand would have no name.
        "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
        "text-radial-offset": 1.4,
        "symbol-sort-key": ["-", ["get", "population"]],
      },
      paint,
    },
  ];
}

function areas(colours: Palette): LayerSpecification[] {
  return [
    { id: "hazard-hatch", type: "fill", source: "areas", filter: ["get", "isHazard"], paint: { "fill-pattern": "hatch", "fill-opacity": 0.55 } },
    {
      id: "area-lines",
      type: "line",
      source: "areas",
      paint: { "line-color": ["case", ["get", "isHazard"], colours["critical-fill"], colours["ink-2"]], "line-width": 2 },
    },
    {
      id: "area-names",
      type: "symbol",
      source: "areas",
      layout: { "text-field": ["get", "label"], "text-font": BOLD, "text-size": 12, "text-anchor": "top", "text-offset": [0, 2] },
      paint: {
        "text-color": ["case", ["get", "isHazard"], colours.critical, colours["ink-2"]],
        "text-halo-color": colours["map-land"],
        "text-halo-width": 1.5,
      },
    },
    { id: "ring-line", type: "line", source: "ring", paint: { "line-color": colours.accent, "line-width": 1.6, "line-dasharray": [1, 2] } },
    {
      id: "ring-name",
      type: "symbol",
      source: "ring",
      layout: { "text-field": ["get", "label"], "text-font": REGULAR, "text-size": 12, "symbol-placement": "line", "text-max-angle": 45 },
      paint: { "text-color": colours.accent, "text-halo-color": colours["map-land"], "text-halo-width": 2 },
    },
  ];
}

function people(colours: Palette): LayerSpecification[] {
  return [
    {
      id: "staging-marks",
      type: "symbol",
      source: "staging",
      layout: {
        "icon-image": "staging", "icon-allow-overlap": true, "text-field": ["get", "label"], "text-font": BOLD, "text-size": 12,
        "text-variable-anchor": ["bottom-right", "bottom-left", "top"], "text-radial-offset": 1.2, "text-optional": true,
      },
      paint: { "text-color": colours.ink, "text-halo-color": colours["map-land"], "text-halo-width": 2 },
    },
    {
      id: "people-lines",
      type: "line",
      source: "people",
      filter: ["==", ["geometry-type"], "LineString"],
      paint: { "line-color": ["case", ["get", "isOld"], colours.stale, colours.ink], "line-width": 1, "line-opacity": 0.8 },
    },
    {
      id: "people-marks",
      type: "symbol",
      source: "people",
      filter: ["==", ["geometry-type"], "Point"],
      layout: {
        "icon-image": ["get", "image"],
        "icon-rotate": ["get", "turn"],
        "icon-allow-overlap": true,
        "text-field": ["get", "label"],
        "text-font": REGULAR,
        "text-size": 12,
        "text-variable-anchor": ["bottom", "top", "left", "right"],
        "text-radial-offset": 0.9,
        "text-optional": true,
      },
      paint: { "text-color": colours.ink, "text-halo-color": colours["map-land"], "text-halo-width": 2 },
    },
  ];
}

function incidents(colours: Palette): LayerSpecification[] {
  const text: SymbolLayerSpecification["layout"] = {
    "text-field": ["get", "plate"],
    "text-font": BOLD,
    "text-size": 12,
    "text-max-width": 20,
    "icon-text-fit": "both",
    "icon-text-fit-padding": [1, 4, 1, 4],
  };
  return [
    {
      id: "incident-plates",
      type: "symbol",
      source: "incidents",
      filter: ["!", ["get", "isSelected"]],
      layout: {
        ...text,
        "icon-image": "plate",
        "text-variable-anchor": ["left", "right", "top", "bottom"],
        "text-radial-offset": 1.75,
        "icon-padding": 0,
        "text-padding": 0,
        "symbol-sort-key": ["get", "order"],
      },
      paint: { "text-color": colours.ink },
    },
    {
      id: "incident-marks",
      type: "symbol",
      source: "incidents",
      layout: {
        "icon-image": ["concat", "mark-", ["get", "priority"]],
        // A mark is never hidden; plates and names keep off it.
        "icon-allow-overlap": true,
        "icon-padding": 0,
        // Drawn last, so on top: the most severe.
        "symbol-sort-key": ["-", ["get", "order"]],
      },
    },
    {
      id: "selected-brackets",
      type: "symbol",
      source: "incidents",
      filter: ["get", "isSelected"],
      layout: { "icon-image": "brackets", "icon-allow-overlap": true, "icon-ignore-placement": true },
    },
    {
      id: "selected-plate",
      type: "symbol",
      source: "incidents",
      filter: ["get", "isSelected"],
      layout: { ...text, "icon-image": "plate-selected", "text-anchor": "bottom", "text-offset": [0, -2], "icon-allow-overlap": true, "text-allow-overlap": true },
      paint: { "text-color": colours.ground },
    },
    {
      id: "draft-place",
      type: "symbol",
      source: "draft",
      layout: {
        "icon-image": "cross", "icon-allow-overlap": true, "text-field": ["get", "label"], "text-font": BOLD, "text-size": 12, "text-anchor": "right",
        "text-offset": [-1.5, 0], "text-allow-overlap": true,
      },
      paint: { "text-color": colours.accent, "text-halo-color": colours["map-land"], "text-halo-width": 2 },
    },
  ];
}
