// Texts of digital work and of the place that it finds.
import type { PlaceTexts } from "../messages/places/shape";
import { textsLater } from "../../shared/texts_later";

export const LOADERS = {
  kk: async () => (await import("../messages/places/kk")).kk,
  ru: async () => (await import("../messages/places/ru")).ru,
  en: async () => (await import("../messages/places/en")).en,
};
export const TEXTS = textsLater<PlaceTexts>(LOADERS);
