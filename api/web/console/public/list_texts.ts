// Texts of the list of messages from the public, loaded with it.
import type { Language } from "../../shared/language";
import { textsLater } from "../../shared/texts_later";
import type { PublicTexts } from "../messages/public/shape";

const LOADERS: Readonly<Record<Language, () => Promise<PublicTexts>>> = {
  kk: async () => (await import("../messages/public/kk")).kk,
  ru: async () => (await import("../messages/public/ru")).ru,
  en: async () => (await import("../messages/public/en")).en,
};
export const PUBLIC = textsLater<PublicTexts>(LOADERS);
