// The drawn map. Loaded after the queue is usable; the only module that knows the map library.
import type { FeatureCollection } from "geojson";
import { type GeoJSONSource, Map as Drawn, type MapMouseEvent, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
// The worker is a file of this build: the Content-Security-Policy permits no other.
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Deployment } from "../../shared/deployment";
import type { Language } from "../../shared/language";
import { type BaseMap, readBaseMap } from "../../shared/base_map";
import type { Box } from "./features";
import { type Palette, marks, pixelsOf, readPalette } from "./look";
import type { LonLat } from "./picking";
import { CLICKABLE, type LiveSource, groundOf, styleOf } from "./style";

export interface View {
  readonly centre: LonLat;
  readonly zoom: number;
}
export interface EngineOptions {
  readonly container: HTMLElement;
  readonly language: Language;
  readonly label: string;
  /** Where an earlier map stood; null: the whole country. */
  readonly view: View | null;
  /** The map of the deployment; null, or without style and tiles: that of the build. */
  readonly deployment: Deployment | null;
  /** After every movement, with whatever began it. */
  readonly onMove: () => void;
  /** With every step of a movement. */
  readonly onView: (view: View) => void;
  readonly onGesture: () => void;
  readonly onIncident: (id: string) => void;
  readonly onPlace: (place: LonLat) => void;
  /** Whether a click means a place, also on an incident. */
  readonly isPicking: () => boolean;
}

const COUNTRY: [number, number, number, number] = [46.4, 40.5, 87.4, 55.5];
const PADDING = 64;
/** One incident alone must not be shown at street level of a map without streets. */
const CLOSEST_FIT = 10;
const NEAR_PX = 6;
const SHOWN_ZOOM = 9;

let base: Promise<BaseMap> | null = null;

export class MapEngine {
  private constructor(
    private readonly map: Drawn,
    /** Credit of a street map; empty: the map is that of the build. */
    readonly credit: string,
    /** A street map is set up and could not be loaded. */
    readonly lacksStreets: boolean,
  ) {}

  /** Rejects where WebGL is missing or a file cannot be loaded. */
  static async open(options: EngineOptions): Promise<MapEngine> {
    setWorkerUrl(new URL(workerUrl, location.href).href);
    const colours = readPalette();
    const ground = await grounds(options, colours);
    const centre = options.deployment?.centre ?? null;
    const view = options.view ?? (centre === null ? null : { centre: { lon: centre.lon, lat: centre.lat }, zoom: centre.zoom });
    const map = new Drawn({
      container: options.container,
      style: styleOf(ground.style, colours),
      ...(view === null ? { bounds: COUNTRY } : { center: [view.centre.lon, view.centre.lat] as [number, number], zoom: view.zoom }),
      attributionControl: false,
      dragRotate: false,
      touchPitch: false,
      pitchWithRotate: false,
      renderWorldCopies: false,
      minZoom: 3,
      maxZoom: 16,
      // Nothing fades in: what is new is there.
      fadeDuration: 0,
      locale: { "Map.Title": options.label },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    for (const mark of marks(colours)) {
      const { data, ratio } = pixelsOf(mark);
      map.addImage(mark.name, data, { pixelRatio: ratio, ...(mark.name.startsWith("plate") ? { stretchX: [[4, 28]], stretchY: [[4, 28]], content: [2, 2, 30, 30] } : {}) });
    }
    const engine = new MapEngine(map, ground.credit, ground.lacksStreets);
    engine.listen(options);
    await new Promise<void>((resolve) => map.once("load", () => resolve()));
    return engine;
  }

  set(source: LiveSource, data: FeatureCollection): void {
    (this.map.getSource(source) as GeoJSONSource | undefined)?.setData(data);
  }

  get view(): View {
    const { lng, lat } = this.map.getCenter();
    return { centre: { lon: lng, lat }, zoom: this.map.getZoom() };
  }

  get box(): Box {
    const bounds = this.map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  /** At once: an animation would hide what moved. */
  fit(box: Box | null): void {
    const [west, south, east, north] = box ?? COUNTRY;
    this.map.fitBounds([[west, south], [east, north]], { padding: PADDING, maxZoom: CLOSEST_FIT, animate: false });
  }

  show(place: LonLat): void {
    this.map.jumpTo({ center: [place.lon, place.lat], zoom: Math.max(this.map.getZoom(), SHOWN_ZOOM) });
  }

  zoomBy(steps: number): void {
    this.map.jumpTo({ zoom: this.map.getZoom() + steps });
  }

  close(): void {
    this.map.remove();
  }

  private listen(options: EngineOptions): void {
    const { map } = this;
    map.on("movestart", (event) => {
      if ("originalEvent" in event && event.originalEvent !== undefined) options.onGesture();
    });
    map.on("moveend", options.onMove);
    map.on("move", () => options.onView(this.view));
    map.on("click", (event) => {
      const id = options.isPicking() ? null : this.incidentAt(event);
      if (id !== null) options.onIncident(id);
      else options.onPlace({ lon: event.lngLat.lng, lat: event.lngLat.lat });
    });
    map.on("mousemove", (event) => {
      map.getCanvas().style.cursor = options.isPicking() ? "crosshair" : this.incidentAt(event) === null ? "" : "pointer";
    });
  }

  private incidentAt({ point }: MapMouseEvent): string | null {
    const around: [[number, number], [number, number]] = [[point.x - NEAR_PX, point.y - NEAR_PX], [point.x + NEAR_PX, point.y + NEAR_PX]];
    const [found] = this.map.queryRenderedFeatures(around, { layers: CLICKABLE.filter((id) => this.map.getLayer(id) !== undefined) });
    const id: unknown = found?.properties["id"];
    return typeof id === "string" ? id : null;
  }
}

async function grounds({ deployment, language }: EngineOptions, colours: Palette): Promise<{ style: StyleSpecification; credit: string; lacksStreets: boolean }> {
  const given = deployment?.map;
  const isSetUp = given !== undefined && (given.style !== null || given.pmtiles !== null);
  if (isSetUp) {
    try {
      const { groundOf: streets } = await import("./street_map");
      return { ...(await streets(given, colours, language)), lacksStreets: false };
    } catch {
      // The service of the map is away, or its file is not one: districts and towns are better than no map.
    }
  }
  base ??= readBaseMap().catch((error: unknown) => {
    base = null;
    throw error;
  });
  return { style: groundOf(await base, colours, language), credit: "", lacksStreets: isSetUp };
}

export function hasWebGl(): boolean {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}
