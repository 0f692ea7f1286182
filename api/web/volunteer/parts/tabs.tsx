// The three places of the page.
import { TABS, place } from "../address";
import { t } from "../text";
import { Icon, type IconName } from "./icon";

const ICONS: Readonly<Record<(typeof TABS)[number], IconName>> = { home: "home", history: "history", settings: "settings" };

export function Tabs() {
  return (
    <nav class="tabs">
      {TABS.map((one) => (
        <a key={one} href={`#${one}`} aria-current={place.value === one ? "page" : undefined}>
          <Icon of={ICONS[one]} />
          {t().own.tabs[one]}
        </a>
      ))}
    </nav>
  );
}
