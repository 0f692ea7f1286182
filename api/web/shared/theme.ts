// Light or dark: the system's choice unless this device keeps another one.
import { signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
const KEPT_AS = "komek-theme";

export const theme = signal<Theme>("system");

function isTheme(value: unknown): value is Theme {
  return THEMES.some((one) => one === value);
}

function show(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}

export function startTheme(): void {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEPT_AS);
  } catch {
    // Storage is denied: the system's choice.
  }
  show(isTheme(kept) ? kept : "system");
}

export function chooseTheme(chosen: Theme): void {
  show(chosen);
  try {
    localStorage.setItem(KEPT_AS, chosen);
  } catch {
    // It lasts until the page is closed.
  }
}
