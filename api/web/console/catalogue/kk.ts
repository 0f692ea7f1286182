// Every text of this page in one language, loaded when the language is chosen.
import { kk as common } from "../../shared/messages/common/kk";
import { kk as ends } from "../../shared/messages/ends/kk";
import { kk as signIn } from "../../shared/messages/sign_in/kk";
import { kk as words } from "../../shared/messages/words/kk";
import { kk as operatorWords } from "../messages/words/kk";
import { kk as own } from "../messages/kk";
import type { Catalogue } from "./shape";

export default { common: { ...common, signIn }, words: { ...words, ...ends, ...operatorWords, problems: { ...words.problems, ...operatorWords.problems } }, own } satisfies Catalogue;
