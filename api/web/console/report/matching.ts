// Finds an incident type by a part of a word, in any of the three languages, whatever the page's language is.

export interface Titled {
  readonly type: string;
  readonly title: Readonly<Record<string, string>>;
}

/** Letters of Kazakh that many keyboards lack, and ё: both spellings are found. */
const PLAIN: Readonly<Record<string, string>> = {
  ә: "а", ғ: "г", қ: "к", ң: "н", ө: "о", ұ: "у", ү: "у", һ: "х", і: "и", ё: "е",
};

export function folded(text: string): string {
  const plain = text.normalize("NFC").toLowerCase().replace(/[әғқңөұүһіё]/g, (letter) => PLAIN[letter] ?? letter);
  return plain.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/** How well `wanted` (folded) fits: lower is better; null: not at all. */
function fit(wanted: string, candidate: string): number | null {
  const text = folded(candidate);
  if (text === wanted) return 0;
  if (text.startsWith(wanted)) return 1;
  const inside = text.indexOf(wanted);
  if (inside < 0) return null;
  return text[inside - 1] === " " ? 2 : 3;
}

function namesOf(one: Titled, common: readonly string[]): string[] {
  return [...Object.values(one.title), one.type, ...common];
}

/** The types that fit, best first, in the order given where they fit equally. Everything fits an empty text. */
export function matching<T extends Titled>(typed: string, types: readonly T[], common: (type: string) => readonly string[] = () => []): T[] {
  if (typed.trim() === "") return [...types];
  const wanted = folded(typed);
  if (wanted === "") return [];
  const found = types.flatMap((one, order) => {
    const fits = namesOf(one, common(one.type)).flatMap((name) => fit(wanted, name) ?? []);
    return fits.length === 0 ? [] : [{ one, best: Math.min(...fits), order }];
  });
  return found.sort((a, b) => a.best - b.best || a.order - b.order).map(({ one }) => one);
}

/** The only type that the person can have meant: its whole title or code was typed, or nothing else fits. Null: the person must choose. */
export function meant<T extends Titled>(typed: string, types: readonly T[], common: (type: string) => readonly string[] = () => []): T | null {
  const wanted = folded(typed);
  if (wanted === "") return null;
  const whole = types.filter((one) => namesOf(one, []).some((name) => folded(name) === wanted));
  const [only, another] = whole.length > 0 ? whole : matching(typed, types, common);
  return only !== undefined && another === undefined ? only : null;
}

/** What callers and operators say instead of the title. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  "medical.cardiac_arrest": ["жүрек тоқтады", "не дышит", "сердце", "not breathing", "cpr"],
  "medical.other": ["жедел жәрдем", "скорая", "ambulance"],
  "fire.building": ["өрт үй", "горит дом", "квартира", "house"],
  "fire.wildland": ["дала өрті", "степь", "лес горит", "grass"],
  flood: ["су басты", "паводок", "подтопление"],
  earthquake: ["сілкініс", "толчки"],
  storm: ["дауыл", "боран", "буран", "ветер", "blizzard"],
  "road.accident": ["жол апаты", "ДТП", "авария", "crash"],
  "search.missing_person": ["жоғалды", "потерялся", "пропал", "lost"],
  hazmat: ["газ иісі", "запах газа", "химия", "gas leak"],
};

export const saidFor = (type: string): readonly string[] => SAID[type] ?? [];

/** The language that the letters point to; null where they do not tell. Only ever a proposal. */
export function languageByLetters(text: string): "kk" | "ru" | "en" | null {
  if (/[әғқңөұүһі]/i.test(text)) return "kk";
  if ((text.match(/[а-яё]/gi) ?? []).length >= 8) return "ru";
  return (text.match(/[a-z]/gi) ?? []).length >= 8 ? "en" : null;
}
