// Texts of the pages of whoever is not signed in.
import type { FirstTexts } from "../messages/first/shape";
import { textsLater } from "../texts_later";

export const LOADERS = {
  kk: async () => (await import("../messages/first/kk")).kk,
  ru: async () => (await import("../messages/first/ru")).ru,
  en: async () => (await import("../messages/first/en")).en,
};
export const FIRST = textsLater<FirstTexts>(LOADERS);
