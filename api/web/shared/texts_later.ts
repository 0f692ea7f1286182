// Texts of screens that are loaded later: the first load holds only what a request needs.
import { signal } from "@preact/signals";
import { type Language, language } from "./language";
import { changeTogether } from "./text";

export interface TextsLater<Texts> {
  /** Resolves when `read` may be called. */
  load(): Promise<void>;
  /** Of the present language. Subscribes the component that reads them. */
  read(): Texts;
}

export function textsLater<Texts>(loaders: Readonly<Record<Language, () => Promise<Texts>>>): TextsLater<Texts> {
  const present = signal<Texts | null>(null);
  let first: Promise<void> | null = null;
  const prepare = async (wanted: Language): Promise<() => void> => {
    const loaded = await loaders[wanted]();
    return () => (present.value = loaded);
  };
  const follow = async (): Promise<void> => {
    // First, so that no choice is missed while the texts are on their way.
    changeTogether(prepare);
    let loaded: Language;
    do {
      loaded = language.peek();
      (await prepare(loaded))();
      // Another one may have been chosen meanwhile.
    } while (loaded !== language.peek());
  };
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
