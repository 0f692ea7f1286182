import type { components } from "../../../shared/api";
import type { Translation } from "../../../shared/messages/translation";
import type { WordsFor } from "../../../shared/messages/words/shape";
import type { en } from "./en";

type Schemas = components["schemas"];
/** A word for every value of the API: a new one without it does not compile. */
interface Vocabularies {
  readonly reasons: WordsFor<Schemas["DiscardReason"]>;
  readonly replies: WordsFor<Schemas["PreparedReply"]>;
  readonly kinds: WordsFor<Schemas["MessageKind"]>;
}
export type PublicTexts = Translation<typeof en>;
type Complete<T extends Vocabularies> = T;
export type EnglishIsComplete = Complete<typeof en>;
