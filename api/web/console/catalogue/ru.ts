// Every text of this page in one language, loaded when the language is chosen.
import { ru as common } from "../../shared/messages/common/ru";
import { ru as ends } from "../../shared/messages/ends/ru";
import { ru as signIn } from "../../shared/messages/sign_in/ru";
import { ru as words } from "../../shared/messages/words/ru";
import { ru as operatorWords } from "../messages/words/ru";
import { ru as own } from "../messages/ru";
import type { Catalogue } from "./shape";

export default { common: { ...common, signIn }, words: { ...words, ...ends, ...operatorWords, problems: { ...words.problems, ...operatorWords.problems } }, own } satisfies Catalogue;
