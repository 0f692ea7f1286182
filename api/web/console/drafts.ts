// Typed text per person and form: it survives a 401, a reload and a crash, and is never shown to the next person at a shared desk.
import { session } from "../shared/session";

const PREFIX = "komek-draft";

function name(form: string): string {
  const state = session.peek();
  return `${PREFIX}:${state.kind === "signed-in" ? state.session.id : ""}:${form}`;
}

/** The kept text of a form; empty without one, or where storage is denied. */
export function draft(form: string): string {
  try {
    return localStorage.getItem(name(form)) ?? "";
  } catch {
    return "";
  }
}

/** Keeps the text; an empty one is forgotten. False when this device has no space: the page must say so. */
export function keepDraft(form: string, text: string): boolean {
  try {
    if (text === "") localStorage.removeItem(name(form));
    else localStorage.setItem(name(form), text);
    return true;
  } catch {
    return false;
  }
}

/** Puts back what was sent with an order that was refused later. What was begun meanwhile is not replaced. */
export function giveBack(form: string, text: string): void {
  if (draft(form) === "") keepDraft(form, text);
}

/** Erases what is kept on this device under names that begin with `prefix`. */
export function eraseKept(prefix: string, isToErase: (kept: string) => boolean = () => true): void {
  try {
    const names = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? "");
    for (const one of names.filter((found) => found.startsWith(prefix))) {
      if (isToErase(localStorage.getItem(one) ?? "")) localStorage.removeItem(one);
    }
  } catch {
    // Storage is denied: nothing is kept there.
  }
}

/** Erases the typed texts of everybody: a desk is shared, and whoever signs out leaves it. */
export function eraseDrafts(): void {
  eraseKept(`${PREFIX}:`);
}
