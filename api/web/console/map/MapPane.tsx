// The map in the middle. The queue does everything that it does: without WebGL, or while it loads, nothing is lost.
import { type ReadonlySignal, computed, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { deployment } from "../../shared/deployment";
import { language } from "../../shared/language";
import { KeyCap } from "../../shared/parts/key_cap";
import { now } from "../../shared/clock";
import { theme } from "../../shared/theme";
import { MAP_PAGE } from "../addresses";
import { bindKeys } from "../keys";
import { skillWord } from "../say";
import { isStale, known, lookAt } from "../state";
import { t } from "../text";
import { areas, readAreas } from "./areas";
import { Camera, mustShow } from "./camera";
import { OLD_AFTER_MS, cellFeatures, crowd, followCells, totals } from "./cells";
import type { MapEngine, View } from "./engine";
import { type Row, areaFeature, boxOf, incidentFeatures, peopleFeatures, ringFeature, searchRadiusM, stagingFeatures } from "./features";
import "./map.css";
import { engaged, followPeople } from "./people";
import { draftPlace, holdLook, middle, picker } from "./picking";
import { PlaceList } from "./place_list";
import { MapScale, seen } from "./scale";

export interface MapPaneProps {
  readonly rows: ReadonlySignal<ReadonlyMap<string, Row>>;
  readonly selected: ReadonlySignal<string | null>;
  select(id: string | null): void;
}

type Stage = "loading" | "ready" | "no-webgl" | "failed";
const stage = signal<Stage>("loading");
const engine = signal<MapEngine | null>(null);
const streets = signal({ credit: "", isMissing: false });
/** Where the map stood: a new theme or language draws it anew at the same place. */
let view: View | null = null;
const camera = new Camera();
const isOld = computed(() => isStale.value || (crowd.value !== null && now.value > 0 && Date.now() - crowd.value.readMs > OLD_AFTER_MS));
const darkMode = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
const isDark = signal(darkMode?.matches ?? false);
darkMode?.addEventListener("change", ({ matches }) => (isDark.value = matches));

export function MapPane({ rows, selected, select }: MapPaneProps) {
  const container = useRef<HTMLDivElement>(null);
  const text = t().own.map;

  useEffect(() => {
    const ends = new AbortController();
    void open(container.current, text.label, select, () => selected.peek(), ends.signal);
    return () => {
      ends.abort();
      close();
    };
  }, [language.value, theme.value, isDark.value, JSON.stringify(deployment.value?.map)]);

  useSignalEffect(() => draw(rows.value, selected.value));
  useSignalEffect(() => followPeople(selected.value));
  useSignalEffect(() => {
    neededSkill(selected.value);
    follow(selected.peek());
  });
  useEffect(() => () => followCells(null), []);
  useSignalEffect(() => engine.value?.set("cells", cellFeatures(crowd.value, isOld.value)));
  useEffect(() => () => followPeople(null), []);
  useSignalEffect(() => void readAreas(rows.value.values()));
  useSignalEffect(() => {
    const place = selected.value === null ? null : (rows.peek().get(selected.value)?.place ?? null);
    const drawn = engine.value;
    if (drawn !== null && mustShow(place, drawn.box)) drawn.show(place);
  });
  useSignalEffect(() => {
    const place = lookAt.value;
    if (place === null || engine.value === null) return;
    engine.value.show(place);
    lookAt.value = null;
  });
  const showAll = (): void => fitAll(rows.peek());
  useLayoutEffect(() => bindKeys({ f: showAll }), []);

  return (
    <div class="map">
      <div class="map-canvas" ref={container} data-map={stage.value} />
      {stage.value !== "ready" && (
        <div class="map-says">
          <p role="status">{saying()}</p>
          {stage.value !== "loading" && <PlaceList rows={rows} selected={selected} select={select} />}
        </div>
      )}
      {stage.value === "ready" && crowd.value !== null && <p class={isOld.value ? "map-people stale" : "map-people"} data-cells={crowd.value.cells.length}>{crowdText()}</p>}
      <p class="map-credit">{streets.value.isMissing && <span class="stale">{text.noStreets} </span>}{streets.value.credit || text.credit}</p>
      <div class="map-foot">
        <button type="button" class="btn" data-action="map-all" aria-keyshortcuts="f" disabled={stage.value !== "ready"} onClick={showAll}>
          <KeyCap of="F" /> {text.all}
        </button>
        {stage.value === "ready" && <MapScale />}
        {location.pathname !== MAP_PAGE && (
          <button type="button" class="btn" data-action="map-window" onClick={() => window.open(MAP_PAGE, "komek-map", "popup")}>{text.window}</button>
        )}
        <span class="map-zoom">
          <button type="button" class="btn" data-again aria-label={text.farther} disabled={stage.value !== "ready"} onClick={() => zoom(-1)}>−</button>
          <button type="button" class="btn" data-again aria-label={text.closer} disabled={stage.value !== "ready"} onClick={() => zoom(1)}>+</button>
        </span>
      </div>
    </div>
  );
}

function saying(): string {
  const text = t().own.map;
  return { loading: text.loading, ready: "", "no-webgl": text.noWebGl, failed: text.failed }[stage.value];
}

async function open(
  container: HTMLElement | null,
  label: string,
  select: (id: string) => void,
  selected: () => string | null,
  ends: AbortSignal,
): Promise<void> {
  if (container === null) return;
  stage.value = "loading";
  try {
    const { MapEngine, hasWebGl } = await import("./engine");
    if (ends.aborted) return;
    if (!hasWebGl()) {
      stage.value = "no-webgl";
      return;
    }
    const opened = await MapEngine.open({
      container,
      language: language.peek(),
      label,
      deployment: deployment.peek(),
      view,
      onMove: () => follow(selected()),
      onView: (now) => void (seen.value = now),
      onGesture: () => {
        camera.gesture();
        holdLook(false);
      },
      onIncident: select,
      onPlace: (place) => picker.peek()?.(place),
      isPicking: () => picker.peek() !== null,
    });
    if (ends.aborted) {
      opened.close();
      return;
    }
    engine.value = opened;
    streets.value = { credit: opened.credit, isMissing: opened.lacksStreets };
    seen.value = opened.view;
    follow(selected());
    stage.value = "ready";
  } catch {
    if (!ends.aborted) stage.value = "failed";
  }
}

function close(): void {
  view = engine.peek()?.view ?? view;
  engine.peek()?.close();
  engine.value = null;
  seen.value = null;
}

function zoom(steps: number): void {
  camera.gesture();
  engine.peek()?.zoomBy(steps);
}

function placesOf(rows: ReadonlyMap<string, Row>): { lon: number; lat: number }[] {
  return [...rows.values()].flatMap(({ place }) => place ?? []);
}

function fitAll(rows: ReadonlyMap<string, Row>): void {
  camera.release();
  engine.peek()?.fit(boxOf(placesOf(rows)));
}

/** The skill that the selected incident still lacks in the field; null: everybody is counted. */
function neededSkill(id: string | null): string | null {
  const open = known.value;
  if (id === null || open === null || open.incident.id !== id) return null;
  return open.incident.requirements.find((one) => one.capability === "field" && one.shortfall > 0)?.skill ?? null;
}

function follow(id: string | null): void {
  const drawn = engine.peek();
  if (drawn === null) return;
  middle.value = drawn.view;
  followCells({ box: drawn.box, zoom: drawn.view.zoom, skill: neededSkill(id) });
}

function crowdText(): string {
  const text = t().own.map;
  const found = crowd.value;
  if (found === null) return "";
  const sums = totals(found);
  const said = text.people(sums.free, sums.busy);
  return found.skill === null ? said : `${skillWord(found.skill)}, ${said}`;
}

/** Everything that is live, with each change of it. */
function draw(rows: ReadonlyMap<string, Row>, selected: string | null): void {
  const drawn = engine.value;
  if (drawn === null) return;
  const text = t().own.map;
  const target = selected === null ? null : (rows.get(selected)?.place ?? null);
  const collection = <T,>(features: readonly T[]) => ({ type: "FeatureCollection" as const, features: [...features] });
  drawn.set("incidents", incidentFeatures(rows.values(), selected, t().common.exercise));
  const shapes = [...areas.value].flatMap(([id, { geometry, isHazard }]) =>
    rows.has(id) ? (areaFeature(geometry, isHazard, isHazard ? text.hazard : text.area) ?? []) : [],
  );
  drawn.set("areas", collection(shapes));
  const people = engaged.value !== null && engaged.value.incidentId === selected ? engaged.value.items : [];
  drawn.set("people", peopleFeatures(people, target, isStale.value, text.minutes));
  const stagings = known.value !== null && known.value.incident.id === selected ? stagingFeatures(known.value.incident.offers, text.staging) : [];
  drawn.set("staging", collection(stagings));
  const radius = known.value !== null && known.value.incident.id === selected ? searchRadiusM(known.value.incident.requirements) : null;
  drawn.set("ring", collection(radius === null || target === null ? [] : [ringFeature(target, radius, text.ring(radius))]));
  const draft = draftPlace.value;
  const point = draft === null ? [] : [{ type: "Feature" as const, properties: { label: text.newPlace }, geometry: { type: "Point" as const, coordinates: [draft.lon, draft.lat] } }];
  drawn.set("draft", collection(point));
  const all = boxOf(placesOf(rows));
  if (camera.mayFit(all, drawn.box)) drawn.fit(all);
}
