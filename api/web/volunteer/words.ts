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

/** The name of a language in the language of the page; its tag where the browser knows none. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(language.value, { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
