import type { Translation } from "../translation";
import type { en } from "./en";

export type SignInTexts = Translation<typeof en>;
