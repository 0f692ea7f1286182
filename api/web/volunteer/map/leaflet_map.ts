// The map of digital work: borders and towns of this build, pins where somebody taps. No tiles, nothing from another host.
import type { Feature } from "geojson";
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { readBaseMap } from "../../shared/base_map";
import type { Language } from "../../shared/language";
import type { Spot } from "../geometry";
import "./map.css";

const COUNTRY: L.LatLngBoundsLiteral = [[40.5, 46.4], [55.5, 87.4]];
/** Wide enough for the borders around a coarse place to be seen: closer there is nothing but the ground. */
const NEAR_ZOOM = 8;
const [NAMES_FROM_ZOOM, MOST_ZOOM] = [7, 18];

export interface Given {
  readonly near: Spot | null;
  readonly of: Language;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly credit: string;
  readonly onPick: (spot: Spot) => void;
}

export class LeafletMap {
  private readonly map: L.Map;
  private readonly pins = L.layerGroup();
  private readonly names = L.layerGroup();
  private readonly suggestions = L.layerGroup();

  constructor(element: HTMLElement, private readonly given: Given) {
    this.map = L.map(element, { zoomControl: false, maxZoom: MOST_ZOOM, scrollWheelZoom: false });
    L.control.zoom({ zoomInTitle: given.zoomIn, zoomOutTitle: given.zoomOut }).addTo(this.map);
    this.map.attributionControl.setPrefix(false);
    if (given.near === null) this.map.fitBounds(COUNTRY);
    else this.map.setView([given.near.lat, given.near.lon], NEAR_ZOOM);
    this.map.on("click", ({ latlng }) => given.onPick(spotOf(latlng)));
    this.map.on("keydown", ({ originalEvent }) => {
      if (originalEvent.key === "Enter") this.pickMiddle();
    });
    this.map.on("zoomend", () => this.showNames());
    this.suggestions.addTo(this.map);
    this.pins.addTo(this.map);
  }

  /** Borders and names. Rejects without a network: pins work without them. */
  async draw(): Promise<void> {
    const base = await readBaseMap();
    const lines = (data: unknown, className: string): L.GeoJSON => L.geoJSON(data as never, { interactive: false, style: { className } });
    lines(base.districts, "district").addTo(this.map);
    lines(base.regions, "region").addTo(this.map);
    for (const one of base.labels.features) if (one.properties?.["kind"] === "district") this.name(one, "district-name");
    for (const one of base.towns.features) this.name(one, "town");
    this.map.attributionControl.addAttribution(this.given.credit);
    this.showNames();
  }

  private name({ geometry, properties }: Feature, className: string): void {
    if (geometry.type !== "Point") return;
    const [lon = 0, lat = 0] = geometry.coordinates;
    // A text, not HTML: `textContent` of an element that Leaflet only places.
    const html = Object.assign(document.createElement("span"), { textContent: String(properties?.[this.given.of] ?? "") });
    this.names.addLayer(L.marker([lat, lon], { interactive: false, keyboard: false, icon: L.divIcon({ className, html }) }));
  }

  private showNames(): void {
    if (this.map.getZoom() >= NAMES_FROM_ZOOM) this.names.addTo(this.map);
    else this.names.remove();
  }

  pickMiddle(): void {
    this.given.onPick(spotOf(this.map.getCenter()));
  }

  show(spots: readonly Spot[]): void {
    this.pins.clearLayers();
    const places = spots.map(({ lon, lat }): L.LatLngTuple => [lat, lon]);
    if (places.length > 2) this.pins.addLayer(L.polygon(places, { className: "drawn", interactive: false }));
    for (const place of places) this.pins.addLayer(L.circleMarker(place, { radius: 9, className: "pin", interactive: false }));
    const last = places.at(-1);
    if (last !== undefined && !this.map.getBounds().contains(last)) this.map.panTo(last, { animate: false });
  }

  /** Rings where software thinks it may be; the map moves only as far as to show them all. */
  suggest(spots: readonly Spot[]): void {
    this.suggestions.clearLayers();
    const places = spots.map(({ lon, lat }): L.LatLngTuple => [lat, lon]);
    for (const place of places) this.suggestions.addLayer(L.circleMarker(place, { radius: 13, className: "suggested-spot", interactive: false }));
    if (places.some((place) => !this.map.getBounds().contains(place))) this.map.fitBounds(L.latLngBounds(places).extend(this.map.getCenter()), { maxZoom: NEAR_ZOOM, animate: false, padding: [24, 24] });
  }

  remove(): void {
    this.map.remove();
  }
}

function spotOf({ lat, lng }: L.LatLng): Spot {
  return { lon: L.Util.wrapNum(lng, [-180, 180], true), lat };
}
