// Texts of work under way in the field.
import { textsLater } from "../../shared/texts_later";
import type { WorkTexts } from "../messages/work/shape";

export const LOADERS = {
  kk: async () => (await import("../messages/work/kk")).kk,
  ru: async () => (await import("../messages/work/ru")).ru,
  en: async () => (await import("../messages/work/en")).en,
};
export const WORK = textsLater<WorkTexts>(LOADERS);
