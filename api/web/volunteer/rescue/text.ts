// Texts about what became of a signal of danger.
import { textsLater } from "../../shared/texts_later";
import type { RescueTexts } from "../messages/rescue/shape";

export const LOADERS = {
  kk: async () => (await import("../messages/rescue/kk")).kk,
  ru: async () => (await import("../messages/rescue/ru")).ru,
  en: async () => (await import("../messages/rescue/en")).en,
};
export const TEXTS = textsLater<RescueTexts>(LOADERS);
