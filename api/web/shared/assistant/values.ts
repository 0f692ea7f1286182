// What a hint says, in words of the page. A value that this build does not know is shown by its own name: hiding it would hide a fact.
import type { components } from "../api";
import { formats } from "../formats";
import { language } from "../language";
import type { HintTexts } from "../messages/assistant/shape";
import { word } from "../word";

export type Hint = components["schemas"]["HintShown"];
type Names = components["schemas"]["NamesShown"];

/** What a place and a hint about a place have in common. */
export interface PlaceSaid {
  readonly id: string;
  readonly name: Names;
  readonly district: Names | null;
  readonly region: Names | null;
  readonly location: components["schemas"]["PlaceRead"]["location"];
  readonly distance_m: number | null;
  readonly direction: string | null;
}

export const isPlace = (value: unknown): value is PlaceSaid => typeof value === "object" && value !== null && "name" in value && "location" in value;

/** `3 km north of Talgar`, or the name alone. */
export function placeName(of: PlaceSaid, texts: HintTexts): string {
  const name = of.name[language.value];
  if (of.distance_m === null) return name;
  return texts.apart(formats(language.value).distance(of.distance_m), of.direction === null ? "" : word(texts.directions, of.direction), name);
}

/** District and region, without what the name says already. */
export function placeAround(of: PlaceSaid): string {
  const parts = [of.district, of.region].flatMap((one) => (one === null ? [] : [one[language.value]]));
  return parts.filter((one, at) => one !== of.name[language.value] && parts.indexOf(one) === at).join(", ");
}

/** How many of these places have the same words of the text behind them: all but one are not meant. */
export function namesakesOf<T extends { readonly spans: readonly (readonly number[])[] }>(one: T, all: readonly T[]): number {
  const words = JSON.stringify(one.spans[0]);
  return all.filter(({ spans }) => JSON.stringify(spans[0]) === words).length;
}

export function peopleSaid(of: { readonly count?: unknown; readonly upper?: unknown; readonly is_about?: unknown }, texts: HintTexts): string {
  const f = formats(language.value);
  const count = Number(of.count);
  const shown = typeof of.upper === "number" && of.upper !== count ? `${f.number(count)}–${f.number(of.upper)}` : f.number(count);
  return of.is_about === true ? texts.about(shown) : shown;
}

/** The value of a hint in words. `typeWord`, `incidentWord`: the page's own words for a type and an incident. Empty where the value is not what its kind promises. */
export function hintSaid({ kind, value }: Pick<Hint, "kind" | "value">, texts: HintTexts, typeWord: (type: string) => string, incidentWord: (incident: string) => string = () => ""): string {
  const told = (name: string): string => (typeof value[name] === "string" ? (value[name] as string) : "");
  if (kind === "place") return isPlace(value) ? [placeName(value, texts), placeAround(value)].filter(Boolean).join(", ") : "";
  if (kind === "type") return typeWord(told("value"));
  if (kind === "language") return word(texts.languages, told("value"));
  if (kind === "road") return told("code");
  if (kind === "phone") return told("normal") || told("text");
  if (kind === "name") return told("text");
  if (kind === "people") return peopleSaid(value, texts);
  if (kind === "time") return word(texts.when, told("when"));
  if (kind === "denied") return word(texts.denied, told("what"));
  if (kind === "threat") return word(texts.threats, told("what"));
  if (kind === "missing") return questionsOf(value, language.value).map(({ text }) => text).join(" ");
  // The card has a line for each fact, the summary one for each sentence.
  if (kind === "draft") return told(language.value);
  if (kind === "card" || kind === "summary") return told(language.value).split("\n").join(" · ");
  if (kind === "claims") return claimsOf(value).map((one) => one[language.value]).join(" · ");
  if (kind === "contradiction") return contradictionSaid(value, texts, typeWord);
  if (kind === "reused") return texts.sameWords(formats(language.value).percent(Number(value["share"])), otherText(value, texts));
  if (kind === "similar") return incidentWord(told("incident_id"));
  return told("value") || told("text") || told("what");
}

export interface Question {
  readonly fact: string;
  readonly text: string;
}

/** What is still to be asked, in a language: of the caller, or of the page where the phrasebook does not speak theirs. */
export function questionsOf(value: Hint["value"], spoken: string | null): Question[] {
  const { questions } = value;
  if (!Array.isArray(questions)) return [];
  return (questions as Readonly<Record<string, string>>[]).flatMap((one) => {
    const text = one[spoken ?? ""] ?? one[language.value];
    return one["fact"] === undefined || text === undefined ? [] : [{ fact: one["fact"], text }];
  });
}

/** In which language these questions are. */
export const askedIn = (spoken: string | null): string => (spoken === "kk" || spoken === "ru" || spoken === "en" ? spoken : language.value);

interface Claim {
  readonly code: string;
  readonly kk: string;
  readonly ru: string;
  readonly en: string;
  readonly spans: readonly (readonly number[])[];
}

/** What may be true or false of a text, line by line. */
export function claimsOf(value: Hint["value"]): Claim[] {
  const { lines } = value;
  return Array.isArray(lines) ? (lines as Claim[]) : [];
}

/** The text on the other side of a comparison. */
function otherText(value: Hint["value"], texts: HintTexts): string {
  const { other } = value as { other?: { kind?: unknown } };
  return word(texts.texts, String(other?.kind ?? ""));
}

/** `number of people: 3 · a merged report: 12`. */
function contradictionSaid(value: Hint["value"], texts: HintTexts, typeWord: (type: string) => string): string {
  const code = String(value["code"]);
  const side = (name: "first" | "second"): string => {
    const place = value[`${name}_place`] as Names | null | undefined;
    if (code === "place") return place?.[language.value] ?? "";
    const said = String(value[name] ?? "");
    return code === "time" ? word(texts.when, said) : code === "type" ? typeWord(said) : code === "denial" ? deniedOrSaid(said, texts, typeWord) : said.replace("-", "–");
  };
  const apart = typeof value["apart_m"] === "number" ? texts.farApart(formats(language.value).distance(value["apart_m"])) : "";
  const own = `${word(texts.against, code)}: ${side("first") || "–"}`;
  return [own, `${otherText(value, texts)}: ${side("second") || "–"}`, apart].filter(Boolean).join(" · ");
}

/** Either side may be the one that denies. */
function deniedOrSaid(said: string, texts: HintTexts, typeWord: (type: string) => string): string {
  if (said in texts.denied) return word(texts.denied, said);
  return said in texts.threats ? word(texts.threats, said) : typeWord(said);
}
