// Texts of the notices' screen.
import { textsLater } from "../../shared/texts_later";
import type { NoticeTexts } from "../messages/notices/shape";

export const LOADERS = {
  kk: async () => (await import("../messages/notices/kk")).kk,
  ru: async () => (await import("../messages/notices/ru")).ru,
  en: async () => (await import("../messages/notices/en")).en,
};
export const TEXTS = textsLater<NoticeTexts>(LOADERS);
