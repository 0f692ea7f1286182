// Choosing a place by any of five ways: a name, coordinates in either order, a map link, a plus code, a click on the map.
import { type Signal, signal } from "@preact/signals";
import { language } from "../../shared/language";
import { draftPlace, holdLook, type LonLat } from "../map/picking";
import { lookAt } from "../state";
import type { ChosenPlace } from "./draft";
import { folded } from "./matching";
import { type FoundPlace, type Lookup, PlaceLookup, coordinatesText, districtAt, isFar, onlyPoint } from "./places";

/** `place` null: nothing is chosen of what `placeText` may mean. */
export interface PlaceDraft {
  readonly place: ChosenPlace | null;
  readonly placeText: string;
}
/**
 * What sending finds in the field. `ready`: a place, or nothing was typed. `unseen`: a place that was taken only now, and that may be
 * another than was meant. `open`: what was typed means several places, or none.
 */
export type Meant = "ready" | "unseen" | "open";
export const NO_PLACE: PlaceDraft = { place: null, placeText: "" };

/** Where the choice is kept: in the draft of a report, or only as long as a form is open. */
export interface KeptPlace {
  read(): PlaceDraft;
  change(part: Partial<PlaceDraft>): void;
}

/** As long as the form is open. `onChange`: after each change, with the whole. */
export function placeOfForm(of: PlaceDraft = NO_PLACE, onChange: (now: PlaceDraft) => void = () => undefined): KeptPlace {
  const held: Signal<PlaceDraft> = signal(of);
  return {
    read: () => held.value,
    change: (part) => {
      held.value = { ...held.value, ...part };
      onChange(held.value);
    },
  };
}

export class PlaceChooser {
  /** Set by the field: whoever clicks the map goes on there, by keys. */
  focus: () => void = () => undefined;

  constructor(
    private readonly kept: KeptPlace,
    readonly lookup = new PlaceLookup(),
  ) {}

  get chosen(): PlaceDraft {
    return this.kept.read();
  }

  /** What is kept already is on the map, and what was only typed is looked up. */
  show(): void {
    const { place, placeText } = this.chosen;
    draftPlace.value = place;
    if (place === null && placeText !== "") this.look(placeText);
  }

  close(): void {
    this.lookup.close();
    holdLook(false);
    draftPlace.value = null;
  }

  type(text: string): void {
    this.kept.change({ placeText: text, place: null });
    draftPlace.value = null;
    this.look(text);
  }

  pick(found: FoundPlace): void {
    const { lon, lat, name, district, region, distanceM } = found;
    const text = name === null ? this.chosen.placeText : name[language.value];
    this.kept.change({ place: { lon, lat, name, district, region, distanceM }, placeText: text });
    draftPlace.value = { lon, lat };
    if (!isFar(found)) return;
    // What is typed instead is looked for from where the person looked, and not around the mistake.
    holdLook(true);
    lookAt.value = { lon, lat };
  }

  /** A click on the map: the point counts at once, its district follows. */
  async pickPoint(at: LonLat): Promise<void> {
    const point = { ...at, name: null, district: null, region: null };
    this.lookup.look("");
    this.kept.change({ place: point, placeText: coordinatesText(at) });
    draftPlace.value = at;
    this.focus();
    const around = await districtAt(at.lon, at.lat);
    const { place } = this.chosen;
    if (around !== null && place !== null && place.lon === at.lon && place.lat === at.lat) this.kept.change({ place: { ...point, ...around } });
  }

  /** A text that can mean one thing only needs no choice. Whoever sends it has not seen what was understood: of `unseen` nothing is sent. */
  async takeWhatIsMeant(): Promise<Meant> {
    const { place, placeText } = this.chosen;
    if (place !== null || placeText.trim() === "") return "ready";
    // Typed while nobody answered: the text is still what is meant.
    if (this.lookup.state.value.kind === "failed") this.lookup.look(placeText);
    const found = await this.lookup.settled();
    const only = onlyPoint(found) ?? onlyName(found);
    if (this.chosen.place === null && only !== null) this.pick(only);
    if (this.chosen.place === null) return "open";
    return only !== null && isSaid(only, placeText) ? "ready" : "unseen";
  }

  empty(): void {
    this.lookup.look("");
    draftPlace.value = null;
  }

  private look(text: string): void {
    this.lookup.look(text);
    // Coordinates and links name one point: what was understood is shown at once, and is the person's own choice.
    void this.lookup.settled().then((found) => {
      const only = onlyPoint(found);
      const { place, placeText } = this.chosen;
      if (only !== null && !only.isOutside && place === null && found.kind === "found" && placeText.trim() === found.text) this.pick(only);
    });
  }
}

/** Whether the text says this place itself. Where no distance is known, nobody can tell a name from a namesake far away. */
function isSaid(found: FoundPlace, typed: string): boolean {
  if (found.isOutside || isFar(found)) return false;
  if (found.name === null) return true;
  return found.distanceM !== null && Object.values(found.name).some((one) => folded(one) === folded(typed));
}

/** Never for a street: the middle of its town is not what was said. */
function onlyName(of: Lookup): FoundPlace | null {
  return of.kind === "found" && of.form === "name" && of.items.length === 1 ? (of.items[0] ?? null) : null;
}
