import type { Translation } from "../../shared/messages/translation";
import type { en as caseTexts } from "./case/en";
import type { en as deskTexts } from "./desk/en";
import type { en } from "./en";
import type { en as viewTexts } from "./views/en";

export type ConsoleTexts = Translation<typeof en>;
export type Desk = Translation<typeof deskTexts>;
export type Case = Translation<typeof caseTexts>;
export type Views = Translation<typeof viewTexts>;
