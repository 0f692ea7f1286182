// Words of the API's vocabularies for the screens, with a fallback for values that a newer server may send.
import { language } from "../shared/language";
import { t } from "./text";

type Table = Readonly<Partial<Record<string, string>>>;
const of = (table: Table, value: string): string => table[value] ?? value;

export const typeWord = (type: string): string => of(t().words.types, type);
export const skillWord = (skill: string): string => of(t().words.skills, skill);
export const taskWord = (task: string): string => of(t().words.tasks, task);
export const outcomeWord = (outcome: string): string => of(t().words.outcomes, outcome);
export const stateWord = (state: string): string => of(t().words.offerStates, state);

/** Browsers leave out most data of Kazakh, so the names that matter stand here. */
const IN_KAZAKH: Table = {
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
