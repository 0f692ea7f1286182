// The name of a language in the language of the page.
import { language } from "./language";

/** Browsers leave out most data of Kazakh, so the names that matter stand here. */
const IN_KAZAKH: Readonly<Partial<Record<string, string>>> = {
  kk: "қазақ тілі",
  ru: "орыс тілі",
  en: "ағылшын тілі",
  uz: "өзбек тілі",
  ug: "ұйғыр тілі",
  tr: "түрік тілі",
  de: "неміс тілі",
  uk: "украин тілі",
  ky: "қырғыз тілі",
  tg: "тәжік тілі",
  zh: "қытай тілі",
  ko: "корей тілі",
  az: "әзербайжан тілі",
  tt: "татар тілі",
};

/** The name of a language in the language of the page; its tag where nobody knows one. */
export function languageName(tag: string): string {
  const known = language.value === "kk" ? IN_KAZAKH[tag] : undefined;
  if (known !== undefined) return known;
  try {
    return new Intl.DisplayNames(language.value, { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
