// The head of every screen: what it is about, and the language one tap away.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { LANGUAGES, OWN_NAMES, language } from "../../shared/language";
import { choose } from "../../shared/text";
import { t } from "../text";
import { Icon } from "./icon";

export function Head({ children }: { children: ComponentChildren }) {
  return (
    <header class="head">
      <div class="subject">{children}</div>
      <LanguageMenu />
    </header>
  );
}

/** Three buttons always in the document: other programs and screen readers find them without opening the menu. */
function LanguageMenu() {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => void menu.current?.removeAttribute("open");
  return (
    <details class="languages" ref={menu} onKeyDown={(event) => event.key === "Escape" && close()}>
      <summary>
        <Icon of="globe" />
        <span class="visually-hidden">{t().common.language.label}: </span>
        <span>{OWN_NAMES[language.value].slice(0, 3)}</span>
      </summary>
      <div>
        {LANGUAGES.map((one) => (
          <button
            type="button"
            key={one}
            lang={one}
            data-action={`language-${one}`}
            aria-pressed={language.value === one}
            onClick={() => void choose(one).then(close)}
          >
            {OWN_NAMES[one]}
          </button>
        ))}
      </div>
    </details>
  );
}
