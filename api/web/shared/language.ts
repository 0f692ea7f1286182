// The language of the page: chosen once per device, Kazakh unless the browser asks for another one that exists.
import { signal } from "@preact/signals";

export const LANGUAGES = ["kk", "ru", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
/** Each language in itself, as the control shows it. Never translated. */
export const OWN_NAMES: Readonly<Record<Language, string>> = { kk: "Қазақша", ru: "Русский", en: "English" };
const KEPT_AS = "komek-language";

export const language = signal<Language>("kk");

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((one) => one === value);
}

/** The kept choice, else the first language of the browser that exists, else Kazakh. */
export function firstLanguage(kept: string | null, wanted: readonly string[]): Language {
  if (isLanguage(kept)) return kept;
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split("-")[0];
    if (isLanguage(primary)) return primary;
  }
  return "kk";
}

/** The kept choice of this device; null where storage is denied. */
export function keptLanguage(): string | null {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

export function keepLanguage(chosen: Language): void {
  try {
    localStorage.setItem(KEPT_AS, chosen);
  } catch {
    // Storage is denied or full: the choice lasts until the page is closed.
  }
}
