import type { Translation } from "../translation";
import type { en } from "./en";

export type Common = Translation<typeof en>;
