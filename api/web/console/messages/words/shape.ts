import type { components } from "../../../shared/api";
import type { Translation } from "../../../shared/messages/translation";
import type { WordsFor } from "../../../shared/messages/words/shape";
import type { en } from "./en";

type Schemas = components["schemas"];

/** The vocabularies of the API that operators alone read. */
export interface OperatorVocabularies {
  readonly incidentStates: WordsFor<Schemas["IncidentStatus"]>;
  readonly capabilities: WordsFor<Schemas["Capability"]>;
  readonly declineReasons: WordsFor<Schemas["DeclineReason"]>;
  readonly certainties: WordsFor<Schemas["Certainty"]>;
}
export type OperatorWords = Translation<typeof en>;
type Complete<T extends OperatorVocabularies> = T;
/** English has a word for every value of the API too: else this line does not compile. */
export type EnglishIsComplete = Complete<typeof en>;
