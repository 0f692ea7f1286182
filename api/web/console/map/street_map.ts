// The deployment's own map under the incidents: a MapLibre style, or a PMTiles file with streets. Loaded where one is set up.
import { type ExpressionSpecification, type LayerSpecification, type StyleSpecification, addProtocol } from "maplibre-gl";
import { PMTiles, Protocol, TileType } from "pmtiles";
import type { Deployment } from "../../shared/deployment";
import type { Language } from "../../shared/language";
import type { Palette } from "./look";

export interface Ground {
  readonly style: StyleSpecification;
  /** Who made it, as its files say; empty if they do not. */
  readonly credit: string;
}
type Given = Deployment["map"];

/** Names of layers of the two common schemas of street maps, OpenMapTiles and Protomaps. */
const WATER = new Set(["water", "ocean"]);
const WAYS = new Set(["transportation", "roads", "waterway", "physical_line"]);
const HOUSES = new Set(["building", "buildings"]);
const NAMES = new Set(["place", "places"]);
const REGULAR = ["Noto Sans Regular"];
const HOUSES_FROM = 13;
let protocol: Protocol | null = null;

/** Rejects where the files cannot be read: the caller then draws the map of the build. */
export async function groundOf(given: Given, colours: Palette, language: Language): Promise<Ground> {
  if (protocol === null) {
    protocol = new Protocol();
    addProtocol("pmtiles", protocol.tile);
  }
  if (given.style !== null) return ofStyle(given.style);
  if (given.pmtiles === null) throw new Error("no map is set up");
  return ofTiles(new URL(given.pmtiles, location.href).href, protocol, colours, language);
}

async function ofStyle(address: string): Promise<Ground> {
  const isOwn = new URL(address, location.href).origin === location.origin;
  // Another host gets no cookie, whatever it answers.
  const answer = await fetch(address, { credentials: isOwn ? "same-origin" : "omit" });
  if (!answer.ok) throw new Error(`map style: ${answer.status}`);
  const style = (await answer.json()) as StyleSpecification;
  const credits = Object.values(style.sources).map((source) => ("attribution" in source ? String(source.attribution ?? "") : ""));
  return { style, credit: plain(credits.filter((one) => one !== "").join(". ")) };
}

async function ofTiles(address: string, known: Protocol, colours: Palette, language: Language): Promise<Ground> {
  const file = new PMTiles(address);
  known.add(file);
  const [header, about] = await Promise.all([file.getHeader(), file.getMetadata() as Promise<Metadata>]);
  const isVector = header.tileType === TileType.Mvt;
  const source = { type: isVector ? "vector" : "raster", url: `pmtiles://${address}`, ...(isVector ? {} : { tileSize: 256 }) } as const;
  const background: LayerSpecification = { id: "ground", type: "background", paint: { "background-color": colours["map-land"] } };
  const layers = isVector
    ? (about.vector_layers ?? []).flatMap(({ id }) => layersOf(id, colours, language))
    : [{ id: "streets", type: "raster", source: "streets", paint: { "raster-saturation": -0.7, "raster-opacity": 0.7 } } as const];
  return { style: { version: 8, sources: { streets: source }, layers: [background, ...layers] }, credit: plain(about.attribution ?? "") };
}

interface Metadata {
  readonly attribution?: string;
  readonly vector_layers?: readonly { readonly id: string }[];
}

function layersOf(id: string, colours: Palette, language: Language): LayerSpecification[] {
  const from = { source: "streets", "source-layer": id };
  if (WATER.has(id)) return [{ id, type: "fill", ...from, paint: { "fill-color": colours["map-city"] } }];
  if (HOUSES.has(id)) return [{ id, type: "fill", ...from, minzoom: HOUSES_FROM, paint: { "fill-color": colours["map-city"] } }];
  if (WAYS.has(id)) return [{ id, type: "line", ...from, paint: { "line-color": colours["map-line"], "line-width": ["interpolate", ["linear"], ["zoom"], 6, 0.4, 14, 2] } }];
  if (!NAMES.has(id)) return [];
  const name: ExpressionSpecification = ["coalesce", ["get", `name:${language}`], ["get", "name"]];
  const paint = { "text-color": colours["ink-2"], "text-halo-color": colours["map-land"], "text-halo-width": 1.5 };
  return [{ id, type: "symbol", ...from, layout: { "text-field": name, "text-font": REGULAR, "text-size": 12 }, paint }];
}

/** Credits are written as HTML; the page shows text. */
function plain(html: string): string {
  return new DOMParser().parseFromString(html, "text/html").body.textContent?.trim() ?? "";
}
