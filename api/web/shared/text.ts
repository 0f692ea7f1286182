// The texts of the page in its language. Only the chosen language is loaded; a change loads the other one first.
import { batch, signal } from "@preact/signals";
import { announceLanguage } from "./document";
import { type Language, firstLanguage, keepLanguage, keptLanguage, language } from "./language";
import type { Common } from "./messages/common/shape";
import type { Words } from "./messages/words/shape";

/** What the catalogue of every page contains; a page adds its own texts beside it. */
export interface SharedTexts {
  readonly common: Common;
  readonly words: Words;
}
export type Loaders<Texts extends SharedTexts> = Readonly<Record<Language, () => Promise<{ default: Texts }>>>;

const present = signal<SharedTexts | null>(null);
let latest: Language | null = null;
let loaders: Loaders<SharedTexts> | null = null;

/** Loads further texts in a language that is about to be shown. Returns what shows them. */
export type Prepare = (wanted: Language) => Promise<() => void>;
const further = new Set<Prepare>();

/** Texts that are on the screen beside those of the page change with them, all or none: no screen is in two languages. */
export function changeTogether(prepare: Prepare): void {
  further.add(prepare);
}

/** The texts now. Reading them in a component subscribes it to changes of the language. */
export function texts(): SharedTexts {
  if (present.value === null) throw new Error("no language is loaded: await startTexts() first");
  return present.value;
}

/** Loads the first language of this device. Returns the accessor of the page's own catalogue. */
export async function startTexts<Texts extends SharedTexts>(of: Loaders<Texts>): Promise<() => Texts> {
  loaders = of;
  await show(firstLanguage(keptLanguage(), navigator.languages));
  return () => texts() as Texts;
}

/** A choice of the person: shown, kept on this device, and told to the browser. */
export async function choose(chosen: Language): Promise<void> {
  await show(chosen);
  keepLanguage(chosen);
}

async function show(chosen: Language): Promise<void> {
  if (loaders === null) throw new Error("startTexts() was not called");
  latest = chosen;
  const [loaded, ...others] = await Promise.all([loaders[chosen](), ...[...further].map((prepare) => prepare(chosen))]);
  // Two quick taps: the last one counts, whichever language arrives first.
  if (latest !== chosen) return;
  batch(() => {
    present.value = loaded.default;
    language.value = chosen;
    for (const showOther of others) showOther();
  });
  announceLanguage(chosen);
}

/** For tests: texts without loading. */
export function useTexts(given: SharedTexts, of: Language): void {
  present.value = given;
  language.value = of;
}
