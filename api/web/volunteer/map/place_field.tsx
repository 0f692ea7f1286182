// Where digital work has found something: words and links by the server's one parser, numbers at once, or a pin on the map.
import { type Signal, useSignal } from "@preact/signals";
import { type ComponentType, h } from "preact";
import { ask } from "../../shared/api_client";
import { language } from "../../shared/language";
import type { components } from "../../shared/api";
import { type Spot, spotOf } from "../geometry";
import { TEXTS } from "./text";
import { linesOf, spotIn, spotsIn, written } from "./written";

type Found = components["schemas"]["PlaceList"];
interface Given {
  /** Several: one a line, each search adds a line. */
  readonly isMany: boolean;
  readonly value: string;
  readonly near: Spot | null;
  /** By software: rings on the map, never filled in by themselves. */
  readonly suggested?: readonly Spot[];
  readonly onChange: (value: string) => void;
}

export function PlaceField({ isMany, value, near, suggested = [], onChange }: Given) {
  const texts = TEXTS.read();
  const found = useSignal<Found | null>(null);
  const spots = spotsIn(value) ?? [];
  const put = (spot: Spot): void => {
    found.value = null;
    onChange(isMany ? [...linesOf(value), written(spot)].join("\n") : written(spot));
  };
  const field = { class: "field", "data-field": "location", autocomplete: "off", "aria-describedby": "place-found", value };
  return (
    <div class="place-field">
      {isMany ? (
        <>
          <label>{texts.many}<textarea {...field} rows={4} onInput={(event) => onChange(event.currentTarget.value)} /></label>
          <Search label={texts.add} found={found} near={near} onSpot={put} />
        </>
      ) : (
        <Search label={texts.one} found={found} near={near} onSpot={put} field={{ ...field, onText: onChange }} />
      )}
      <Choices found={found} onChoose={put} />
      <MapOnDemand spots={spots} near={near} suggested={suggested} onPick={put} onUndo={() => onChange(linesOf(value).slice(0, -1).join("\n"))} />
    </div>
  );
}

interface SearchGiven {
  readonly label: string;
  readonly found: Signal<Found | null>;
  readonly near: Spot | null;
  readonly onSpot: (spot: Spot) => void;
  readonly field?: { readonly value: string; readonly onText: (value: string) => void };
}

/** One line of text. Without `field` it keeps its own text, which is empty again after each place. */
function Search({ label, found, near, onSpot, field }: SearchGiven) {
  const texts = TEXTS.read();
  const typed = useSignal("");
  const text = field?.value ?? typed.value;
  const search = async (): Promise<void> => {
    const spot = spotIn(text);
    if (spot !== null) {
      typed.value = "";
      return onSpot(spot);
    }
    if (text.trim() === "") return;
    const query = { q: text.trim(), limit: 5, ...(near === null ? {} : { near: `${near.lon},${near.lat}` }) };
    const answer = await ask("get", "/v1/places", { query });
    found.value = answer.ok ? answer.data : { items: [], understood_as: "none", attribution: "" } as never;
  };
  return (
    <div class="place-search">
      <label>
        {label}
        <input
          class="field"
          data-field={field === undefined ? "place-search" : "location"}
          autocomplete="off"
          value={text}
          onInput={(event) => {
            found.value = null;
            if (field === undefined) typed.value = event.currentTarget.value;
            else field.onText(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            // Enter finds the place; it does not send a result that is not finished.
            event.preventDefault();
            void search();
          }}
        />
      </label>
      <button type="button" class="button" data-action="find-place" onClick={() => void search()}>{texts.find}</button>
    </div>
  );
}

function Choices({ found, onChoose }: { found: Signal<Found | null>; onChoose: (spot: Spot) => void }) {
  const texts = TEXTS.read();
  const of = language.value;
  const list = found.value;
  return (
    <div id="place-found" role="status">
      {list !== null && list.items.length === 0 && <p class="fault" role="status">{list.understood_as === "short_link" ? texts.shortLink : texts.none}</p>}
      {list !== null && list.items.length > 0 && (
        <ul class="found-places" aria-label={texts.found}>
          {list.items.map((one) => {
            const spot = spotOf(one.location);
            const area = one.is_outside ? texts.outside : one.district === null ? (one.region?.[of] ?? "") : texts.inDistrict(one.district[of], one.region?.[of] ?? "");
            return (
              <li key={one.id}>
                <button type="button" class="button" data-place={one.id} onClick={() => spot !== null && onChoose(spot)}>
                  <strong>{one.name[of]}</strong> <span class="label">{area}</span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

type MapProps = Parameters<(typeof import("./place_map"))["default"]>[0];

/** 43 kB that only this work needs, and only where somebody wants a map. */
function MapOnDemand(given: MapProps) {
  const texts = TEXTS.read();
  const loaded = useSignal<ComponentType<MapProps> | null>(null);
  const isMissing = useSignal(false);
  const load = (): void => {
    import("./place_map").then(
      (module) => (loaded.value = module.default),
      () => (isMissing.value = true),
    );
  };
  if (loaded.value !== null) return h(loaded.value, given);
  return (
    <>
      <button type="button" class="button" data-action="show-map" onClick={load}>{texts.map}</button>
      {isMissing.value && <p class="fault" role="alert">{texts.noMap}</p>}
    </>
  );
}
