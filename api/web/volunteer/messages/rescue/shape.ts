import type { Translation } from "../../../shared/messages/translation";
import type { en } from "./en";

export type RescueTexts = Translation<typeof en>;
