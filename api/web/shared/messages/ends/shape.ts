import type { components } from "../../api";
import type { Translation } from "../translation";
import type { WordsFor } from "../words/shape";
import type { en } from "./en";

export type Ends = Translation<typeof en> & { readonly offerStates: WordsFor<components["schemas"]["OfferState"]> };
