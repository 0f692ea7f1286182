// Each language in its own name, one tap away.
import { LANGUAGES, OWN_NAMES, language } from "../language";
import { choose, texts } from "../text";

export function LanguageSwitch() {
  return (
    <div class="row" role="group" aria-label={texts().common.language.label}>
      {LANGUAGES.map((one) => (
        <button
          type="button"
          class="button"
          key={one}
          lang={one}
          data-action={`language-${one}`}
          aria-pressed={language.value === one}
          onClick={() => void choose(one)}
        >
          {OWN_NAMES[one]}
        </button>
      ))}
    </div>
  );
}
