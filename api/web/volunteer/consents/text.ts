// Texts of the settings, and of the questions about consents.
import { textsLater } from "../../shared/texts_later";
import type { SettingsTexts } from "../messages/settings/shape";

export const LOADERS = {
  kk: async () => (await import("../messages/settings/kk")).kk,
  ru: async () => (await import("../messages/settings/ru")).ru,
  en: async () => (await import("../messages/settings/en")).en,
};
export const TEXTS = textsLater<SettingsTexts>(LOADERS);
