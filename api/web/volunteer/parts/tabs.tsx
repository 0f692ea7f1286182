// The three places of the page, by the fragment of the address: back works, and no router is needed.
import { signal } from "@preact/signals";
import { t } from "../text";
import { Icon, type IconName } from "./icon";

export const PLACES = ["home", "history", "settings"] as const;
export type Place = (typeof PLACES)[number];
const ICONS: Readonly<Record<Place, IconName>> = { home: "home", history: "history", settings: "settings" };

export const place = signal<Place>(placeInAddress());

function placeInAddress(): Place {
  const named = location.hash.slice(1);
  return PLACES.find((one) => one === named) ?? "home";
}

window.addEventListener("hashchange", () => {
  place.value = placeInAddress();
  window.scrollTo(0, 0);
});

export function go(to: Place): void {
  location.hash = to;
}

export function Tabs() {
  return (
    <nav class="tabs">
      {PLACES.map((one) => (
        <a key={one} href={`#${one}`} aria-current={place.value === one ? "page" : undefined}>
          <Icon of={ICONS[one]} />
          {t().own.tabs[one]}
        </a>
      ))}
    </nav>
  );
}
