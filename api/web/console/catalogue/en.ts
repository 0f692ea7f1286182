// Every text of this page in one language, loaded when the language is chosen.
import { en as common } from "../../shared/messages/common/en";
import { en as ends } from "../../shared/messages/ends/en";
import { en as signIn } from "../../shared/messages/sign_in/en";
import { en as words } from "../../shared/messages/words/en";
import { en as operatorWords } from "../messages/words/en";
import { en as own } from "../messages/en";
import type { Catalogue } from "./shape";

export default { common: { ...common, signIn }, words: { ...words, ...ends, ...operatorWords, problems: { ...words.problems, ...operatorWords.problems } }, own } satisfies Catalogue;
