// The texts of this page in the present language.
import { type Loaders, texts } from "../shared/text";
import type { Catalogue } from "./catalogue/shape";

export const LOADERS: Loaders<Catalogue> = {
  kk: () => import("./catalogue/kk"),
  ru: () => import("./catalogue/ru"),
  en: () => import("./catalogue/en"),
};

/** Typed for this page: its loaders load nothing else. */
export function t(): Catalogue {
  return texts() as Catalogue;
}
