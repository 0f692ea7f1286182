// Texts about what software suggests, loaded where the first suggestion is shown.
import type { Language } from "../language";
import type { HintTexts } from "../messages/assistant/shape";
import { textsLater } from "../texts_later";

export const LOADERS: Readonly<Record<Language, () => Promise<HintTexts>>> = {
  kk: async () => (await import("../messages/assistant/kk")).kk,
  ru: async () => (await import("../messages/assistant/ru")).ru,
  en: async () => (await import("../messages/assistant/en")).en,
};
export const HINTS = textsLater<HintTexts>(LOADERS);
