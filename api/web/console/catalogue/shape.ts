import type { SharedTexts } from "../../shared/text";
import type { ConsoleTexts } from "../messages/shape";

export interface Catalogue extends SharedTexts {
  readonly own: ConsoleTexts;
}
