// Texts of the screens about what is over.
import { textsLater } from "../../shared/texts_later";
import type { PastTexts } from "../messages/past/shape";

export const LOADERS = {
  kk: async () => (await import("../messages/past/kk")).kk,
  ru: async () => (await import("../messages/past/ru")).ru,
  en: async () => (await import("../messages/past/en")).en,
};
export const TEXTS = textsLater<PastTexts>(LOADERS);
