import type { Translation } from "../../../shared/messages/translation";
import type { en } from "./en";

export type GroundsTexts = Translation<typeof en>;
