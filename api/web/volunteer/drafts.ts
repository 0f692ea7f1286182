// What is typed for a piece of digital work, until it is sent: kept on this device with what else is of the person, so that a phone
// that ends the app costs nothing. By a link nobody is logged in, and it stays in the tab.
import { keep, kept } from "./device";
import { link } from "./state";

export interface Draft {
  readonly outcome: string;
  readonly text: string;
  readonly place: string;
  readonly incident: string;
  /** Ids of hints that the person has taken. */
  readonly assisted: readonly string[];
  /** Questions that are ticked off. */
  readonly asked: readonly string[];
}
const EMPTY: Draft = { outcome: "", text: "", place: "", incident: "", assisted: [], asked: [] };
/** Nobody holds more pieces of work at a time. */
const KEPT = 4;

const keyOf = (offerId: string): string => `komek-draft-${offerId}`;

export function draftOf(offerId: string): Draft {
  const found = link.value === null ? kept().drafts[offerId] : ofTab(offerId);
  return { ...EMPTY, ...found };
}

export function keepDraft(offerId: string, draft: Draft | null): void {
  if (link.value !== null) return keepInTab(offerId, draft);
  const { session, drafts } = kept();
  const others = Object.entries(drafts).filter(([id]) => id !== offerId);
  const all = draft === null ? others : [...others, [offerId, draft] as const];
  keep(session?.id ?? null, { drafts: Object.fromEntries(all.slice(-KEPT)) });
}

function ofTab(offerId: string): Partial<Draft> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(keyOf(offerId)) ?? "null");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

function keepInTab(offerId: string, draft: Draft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(keyOf(offerId));
    else sessionStorage.setItem(keyOf(offerId), JSON.stringify(draft));
  } catch {
    // Storage is denied: the text lasts until the page is closed.
  }
}
