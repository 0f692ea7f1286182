import type { SharedTexts } from "../../shared/text";
import type { VolunteerTexts } from "../messages/shape";

export interface Catalogue extends SharedTexts {
  readonly own: VolunteerTexts;
}
