// Words for how far an offer has come, and for what a task has found: of screens that are loaded later.
import type { Ends } from "../shared/messages/ends/shape";
import { word } from "../shared/word";
import { textsLater } from "../shared/texts_later";

export const LOADERS = {
  kk: async () => (await import("../shared/messages/ends/kk")).kk,
  ru: async () => (await import("../shared/messages/ends/ru")).ru,
  en: async () => (await import("../shared/messages/ends/en")).en,
};
export const ENDS = textsLater<Ends>(LOADERS);

export const outcomeWord = (outcome: string): string => word(ENDS.read().outcomes, outcome);
export const stateWord = (state: string): string => word(ENDS.read().offerStates, state);
