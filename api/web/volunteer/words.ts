// Words of the API's vocabularies for the screens.
import { word } from "../shared/word";
import { t } from "./text";

export const typeWord = (type: string): string => word(t().words.types, type);
export const skillWord = (skill: string): string => word(t().words.skills, skill);
export const taskWord = (task: string): string => word(t().words.tasks, task);
export const outcomeWord = (outcome: string): string => word(t().words.outcomes, outcome);
export const stateWord = (state: string): string => word(t().words.offerStates, state);
