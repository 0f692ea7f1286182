import type { components } from "../../api";
import type { WordsFor } from "../words/shape";
import type { Translation } from "../translation";
import type { en } from "./en";

type Schemas = components["schemas"];
/** A word for every value of the API: a new one without it does not compile. */
interface Vocabularies {
  readonly kinds: WordsFor<Schemas["HintKind"]>;
  readonly when: WordsFor<Schemas["TimeRead"]["when"]>;
  readonly languages: WordsFor<Schemas["LanguageRead"]["value"]>;
}
export type HintTexts = Translation<typeof en>;
type Complete<T extends Vocabularies> = T;
export type EnglishIsComplete = Complete<typeof en>;
