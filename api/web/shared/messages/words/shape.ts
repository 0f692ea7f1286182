import type { components } from "../../api";
import type { Translation } from "../translation";
import type { en } from "./en";

type Schemas = components["schemas"];
/** A word for every value: a new value of the API without one is a compile error. */
export type WordsFor<V extends string> = Readonly<Record<V, string>>;

/** The vocabularies of the API that both pages show. */
export interface Vocabularies {
  readonly priorities: WordsFor<Schemas["Priority"]>;
  readonly skills: WordsFor<Schemas["Skill"]>;
  readonly tasks: WordsFor<Schemas["Task"]>;
}
export type Words = Translation<typeof en>;
type Complete<T extends Vocabularies> = T;
/** English has a word for every value of the API too: else this line does not compile. */
export type EnglishIsComplete = Complete<typeof en>;
