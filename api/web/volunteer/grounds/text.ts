// Texts about hazard zones.
import { textsLater } from "../../shared/texts_later";
import type { GroundsTexts } from "../messages/grounds/shape";

export const LOADERS = {
  kk: async () => (await import("../messages/grounds/kk")).kk,
  ru: async () => (await import("../messages/grounds/ru")).ru,
  en: async () => (await import("../messages/grounds/en")).en,
};
export const TEXTS = textsLater<GroundsTexts>(LOADERS);
