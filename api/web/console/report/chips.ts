// Suggestions for the fields of a report, each with its key. None is chosen by itself; what was taken can be put back.
import type { Language } from "../../shared/language";
import { namesakesOf } from "../../shared/assistant/values";
import type { Span } from "../../shared/assistant/spans";
import type { Draft } from "./draft";
import type { FoundPlace } from "./places";
import type { ReportRead } from "./reading";

type Place = ReportRead["places"][number];
type Phone = ReportRead["phones"][number];

interface Of {
  readonly id: string;
  /** A digit or a letter; in a text field with Alt. */
  readonly key: string;
  readonly spans: readonly Span[];
  readonly isUnsure: boolean;
}
export type Chip =
  | (Of & { readonly kind: "type"; readonly type: string })
  /** `namesakes`: places that the same words may mean. */
  | (Of & { readonly kind: "place"; readonly place: Place; readonly namesakes: number })
  | (Of & { readonly kind: "phone"; readonly phone: Phone })
  | (Of & { readonly kind: "name"; readonly name: string })
  | (Of & { readonly kind: "threat"; readonly threats: readonly string[] })
  | (Of & { readonly kind: "road"; readonly words: string })
  | (Of & { readonly kind: "language"; readonly language: string });

/** The mock-ups' digits: types first, then places. Every key has one meaning whatever was found. */
const TYPE_KEYS = ["1", "2", "3"];
const PLACE_KEYS = ["4", "5", "6", "7", "8"];
const KEYS = { phone: "9", name: "u", threat: "0", road: "x", language: "y" } as const;
const UNSURE = 0.5;
const SPEECH: ReadonlySet<string> = new Set<Language>(["kk", "ru", "en"]);

/** `isKnown`: whether a response plan has the type; the server would refuse another. `text`: what was read. */
export function chipsOf(read: ReportRead, text: string, isKnown: (type: string) => boolean): Chip[] {
  const points = [...text];
  const said = (spans: readonly Span[]): string => spans.map(([start, end]) => points.slice(start, end).join("")).join(" ");
  const types = read.types.filter((one) => isKnown(one.value)).map((one, at): Chip => ({ kind: "type", id: `type ${one.value}`, key: TYPE_KEYS[at] ?? "", spans: one.spans, isUnsure: one.probability < UNSURE, type: one.value }));
  const places = read.places.map((one, at): Chip => ({ kind: "place", id: `place ${one.id}`, key: PLACE_KEYS[at] ?? "", spans: one.spans, isUnsure: one.probability < UNSURE, place: one, namesakes: namesakesOf(one, read.places) }));
  const phones = read.phones.slice(0, 1).map((one): Chip => ({ kind: "phone", id: `phone ${one.text}`, key: KEYS.phone, spans: one.spans, isUnsure: false, phone: one }));
  // An assistant of an earlier version tells none.
  const names = (read.names ?? []).slice(0, 1).map((one): Chip => ({ kind: "name", id: `name ${one.text}`, key: KEYS.name, spans: one.spans, isUnsure: false, name: one.text }));
  const roads = read.roads.slice(0, 1).map((one): Chip => ({ kind: "road", id: `road ${one.code}`, key: KEYS.road, spans: one.spans, isUnsure: false, words: said(one.spans) }));
  const dangers = read.threats.map(({ what }) => what).filter((what, at, all) => all.indexOf(what) === at);
  const threats: Chip[] = dangers.length === 0 ? [] : [{ kind: "threat", id: "threat", key: KEYS.threat, spans: read.threats.flatMap(({ spans }) => spans), isUnsure: false, threats: dangers }];
  const spoken = read.language.value;
  const language: Chip[] = SPEECH.has(spoken) ? [{ kind: "language", id: `language ${spoken}`, key: KEYS.language, spans: [], isUnsure: read.language.probability < UNSURE, language: spoken }] : [];
  return [...types, ...places, ...phones, ...names, ...threats, ...roads, ...language].filter(({ key }) => key !== "");
}

export function foundPlaceOf(of: Place): FoundPlace | null {
  if (of.location.type !== "Point") return null;
  const [lon = 0, lat = 0] = of.location.coordinates as readonly number[];
  return { id: of.id, kind: of.kind, lon, lat, name: of.name, district: of.district, region: of.region, isOutside: false, distanceM: null };
}

/** Whether the field holds what the chip says, by whatever way it came there. */
export function isTaken(chip: Chip, draft: Draft): boolean {
  if (chip.kind === "type") return draft.type === chip.type;
  if (chip.kind === "phone") return draft.callerPhone.trim() === phoneOf(chip.phone);
  if (chip.kind === "name") return draft.callerName.trim() === chip.name;
  if (chip.kind === "threat") return draft.priority === "critical";
  if (chip.kind === "language") return draft.language === chip.language;
  if (chip.kind === "road") return draft.address.includes(chip.words);
  const place = foundPlaceOf(chip.place);
  return draft.place !== null && place !== null && draft.place.lon === place.lon && draft.place.lat === place.lat;
}

/** In international form where the country is certain, else as it is written. */
export const phoneOf = (of: Phone): string => of.normal ?? of.text;
