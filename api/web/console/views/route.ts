// The pages for looking back and for paper, each with an address of its own behind the `#`, so that it can be opened again.
import { signal } from "@preact/signals";

export type View = { readonly kind: "report"; readonly id: string } | { readonly kind: "shift" | "board" | "archive" | "assistant" };
/** null: the map and the detail. */
export const view = signal<View | null>(null);

const INCIDENT = /^i-[0-9a-f]{6}-[0-9a-f]{32}$/;

export function viewOf(hash: string): View | null {
  const [kind = "", id = ""] = hash.replace(/^#/, "").split("=");
  if (kind === "report") return INCIDENT.test(id) ? { kind, id } : null;
  return kind === "shift" || kind === "board" || kind === "archive" || kind === "assistant" ? { kind } : null;
}

export function hashOf(of: View | null): string {
  if (of === null) return "";
  return of.kind === "report" ? `#report=${of.id}` : `#${of.kind}`;
}

export function openView(of: View | null): void {
  view.value = of;
  if (viewOf(location.hash) === null && of === null) return;
  // No entry of its own for closing: "back" would then open the page that was just put away.
  if (of === null) history.replaceState(null, "", location.pathname + location.search);
  else if (location.hash !== hashOf(of)) history.pushState(null, "", hashOf(of));
}

/** Follows the address. Returns what ends that. */
export function startViews(): () => void {
  const follow = (): void => void (view.value = viewOf(location.hash));
  follow();
  window.addEventListener("popstate", follow);
  window.addEventListener("hashchange", follow);
  return () => {
    window.removeEventListener("popstate", follow);
    window.removeEventListener("hashchange", follow);
  };
}
