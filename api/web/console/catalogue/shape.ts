import type { Ends } from "../../shared/messages/ends/shape";
import type { SignInTexts } from "../../shared/messages/sign_in/shape";
import type { SharedTexts } from "../../shared/text";
import type { ConsoleTexts } from "../messages/shape";
import type { OperatorWords } from "../messages/words/shape";

export interface Catalogue extends SharedTexts {
  readonly common: SharedTexts["common"] & { readonly signIn: SignInTexts };
  readonly words: SharedTexts["words"] & Ends & OperatorWords;
  readonly own: ConsoleTexts;
}
