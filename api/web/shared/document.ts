// What the document itself says: its language, its theme, and whether what it shows is stale.
import type { Language } from "./language";

export function announceLanguage(chosen: Language): void {
  document.documentElement.lang = chosen;
}
