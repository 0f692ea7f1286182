// Words of the present language for values of the API.
import { type Formats, formats } from "../shared/formats";
import { language } from "../shared/language";
import { languageName } from "../shared/language_name";
import { sentenceOfCode } from "../shared/parts/problem_text";
import type { Priority } from "../shared/parts/severity";
import { type WordTable, word } from "../shared/word";
import { t } from "./text";

/** Formats of the present language. */
export function f(): Formats {
  return formats(language.value);
}

export const typeWord = (value: string): string => word(t().words.types, value);
/** With the word that it is a drill, wherever the type alone would be taken for an emergency. */
export const typeOf = (one: { readonly type: string; readonly exercise?: boolean }): string => (one.exercise === true ? `${t().common.exercise}: ${typeWord(one.type)}` : typeWord(one.type));
export const skillWord = (value: string): string => word(t().words.skills, value);
/** Where a column is narrow: the standard short form of a long name; the whole name belongs into `title`. */
export const shortSkill = (value: string): string => (t().own.case.shortSkills as WordTable)[value] ?? skillWord(value);
export const priorityWord = (value: Priority): string => word(t().words.priorities, value);
export const offerWord = (value: string): string => word(t().words.offerStates, value);
export const statusWord = (value: string): string => word(t().words.incidentStates, value);
export const attentionWord = (value: string): string => word(t().words.attention, value);
export const outcomeWord = (value: string): string => word(t().words.outcomes, value);
export const taskWord = (value: string): string => word(t().words.tasks, value);
export const shortfallWord = (value: string): string => word(t().words.shortfalls, value);
export const certaintyWord = (value: string): string => word(t().words.certainties, value);
export const declineWord = (value: string): string => word(t().words.declineReasons, value);
export const ruleWord = (value: string): string => word(t().own.case.rules, value);
export const stepWord = (value: string): string => word(t().own.case.steps, value);
export const wayWord = (value: string): string => word(t().own.case.ways, value);
export const noticeWord = (value: string): string => word(t().own.case.notices, value);
export const fieldWord = (value: string): string => word(t().own.case.fields, value);
export const deadlineWord = (value: string): string => word(t().own.desk.queue.deadlines, value) || t().own.desk.queue.deadlines.other;
export const cureWord = (value: string): string => t().words.cures[value as keyof ReturnType<typeof t>["words"]["cures"]] ?? "";
export const alarmWord = (value: string): string => word(t().words.alarms, value);
export const problemWord = (value: string): string => sentenceOfCode(value) ?? value;

/** The name of a language in the reader's language. */
export function languageWord(code: string): string {
  const own: WordTable = t().own.case.languages;
  return own[code] ?? languageName(code);
}

/** `43,3155 77,0612`: latitude first, as people say it. */
export function coordinates(place: { readonly lon: number; readonly lat: number }): string {
  const shown = (degrees: number): string => f().number(degrees, 4);
  return `${shown(place.lat)} ${shown(place.lon)}`;
}
