// Texts about what software suggests, loaded where the first suggestion is shown. The questions also in the language of the caller.
import { signal } from "@preact/signals";
import type { Language } from "../language";
import type { HintTexts } from "../messages/assistant/shape";
import { textsLater } from "../texts_later";

export const LOADERS: Readonly<Record<Language, () => Promise<HintTexts>>> = {
  kk: async () => (await import("../messages/assistant/kk")).kk,
  ru: async () => (await import("../messages/assistant/ru")).ru,
  en: async () => (await import("../messages/assistant/en")).en,
};
export const HINTS = textsLater<HintTexts>(LOADERS);

const others = signal<Readonly<Partial<Record<string, HintTexts>>>>({});

/** Those of another language than the page's; of the page's until they are loaded, or where the language has none. */
export function textsIn(language: string | null): HintTexts {
  const found = language === null ? undefined : others.value[language];
  if (found === undefined && language !== null && language in LOADERS) {
    // A language that cannot be loaded now is asked for again by the next drawing.
    void LOADERS[language as Language]().then(
      (texts) => (others.value = { ...others.value, [language]: texts }),
      () => undefined,
    );
  }
  return found ?? HINTS.read();
}
