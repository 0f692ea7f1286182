// Words of the API's vocabularies for the screens, with a fallback for values that a newer server may send.
import { t } from "./text";

type Table = Readonly<Partial<Record<string, string>>>;
const of = (table: Table, value: string): string => table[value] ?? value;

export const typeWord = (type: string): string => of(t().words.types, type);
export const skillWord = (skill: string): string => of(t().words.skills, skill);
export const taskWord = (task: string): string => of(t().words.tasks, task);
export const outcomeWord = (outcome: string): string => of(t().words.outcomes, outcome);
export const stateWord = (state: string): string => of(t().words.offerStates, state);
