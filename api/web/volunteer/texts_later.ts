// Texts of screens that are loaded later: the first load holds only what a request needs.
import { effect, signal } from "@preact/signals";
import { type Language, language } from "../shared/language";

export interface TextsLater<Texts> {
  /** Resolves when `read` may be called. */
  load(): Promise<void>;
  /** Of the present language; those of the last one until they have arrived. Subscribes the component that reads them. */
  read(): Texts;
}

export function textsLater<Texts>(loaders: Readonly<Record<Language, () => Promise<Texts>>>): TextsLater<Texts> {
  const present = signal<Texts | null>(null);
  let first: Promise<void> | null = null;
  const fetch = async (wanted: Language): Promise<void> => {
    const loaded = await loaders[wanted]();
    if (language.peek() === wanted) present.value = loaded;
  };
  const follow = (): Promise<void> =>
    new Promise((resolve, reject) => {
      effect(() => {
        void fetch(language.value).then(resolve, reject);
      });
    });
  return {
    load: () => {
      // A network that is away now is asked again by the screen.
      first ??= follow().catch((error: unknown) => {
        first = null;
        throw error;
      });
      return first;
    },
    read: () => {
      if (present.value === null) throw new Error("texts are read before they are loaded");
      return present.value;
    },
  };
}
