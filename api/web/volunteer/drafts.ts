// What is typed for a piece of digital work, until it is sent: kept for this tab, so that a reload or a lost lease costs nothing.
export interface Draft {
  readonly outcome: string;
  readonly text: string;
  readonly place: string;
  readonly incident: string;
}
const EMPTY: Draft = { outcome: "", text: "", place: "", incident: "" };

const keyOf = (offerId: string): string => `komek-draft-${offerId}`;

export function draftOf(offerId: string): Draft {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(keyOf(offerId)) ?? "null");
    return typeof found === "object" && found !== null ? { ...EMPTY, ...found } : EMPTY;
  } catch {
    return EMPTY;
  }
}

export function keepDraft(offerId: string, draft: Draft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(keyOf(offerId));
    else sessionStorage.setItem(keyOf(offerId), JSON.stringify(draft));
  } catch {
    // Storage is denied: the text lasts until the page is closed.
  }
}
