// What the address says by its fragment: a place of the page, or an offer that a notice led to. Back works, and no router is needed.
import { signal } from "@preact/signals";

export const TABS = ["home", "history", "settings"] as const;
const PLACES = [...TABS, "notices"] as const;
export type Place = (typeof PLACES)[number];

export const place = signal<Place>(placeInAddress());
/** The offer that a notice led to: of several requests it is the one to show. */
export const wantedOffer = signal<string | null>(offerInAddress());

function placeInAddress(): Place {
  const named = location.hash.slice(1);
  return PLACES.find((one) => one === named) ?? "home";
}

function offerInAddress(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("offer");
}

window.addEventListener("hashchange", () => {
  place.value = placeInAddress();
  wantedOffer.value = offerInAddress();
  window.scrollTo(0, 0);
});

export function go(to: Place): void {
  location.hash = to;
}
