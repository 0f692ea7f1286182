// How a page comes to the Home Screen of an iPhone, in three drawn steps: without it no notice can arrive there.
import type { ComponentChildren } from "preact";
import { TEXTS } from "../notices/text";

export function InstallSteps() {
  const { install } = TEXTS.read();
  return (
    <ol class="install">
      <Step text={install.share}>
        <rect class="phone" x="8" y="2" width="44" height="76" rx="7" />
        <path class="bar" d="M8 64h44" />
        <path class="sign" d="M25 66v9h10v-9M30 71V58m-4 4 4-4 4 4" />
      </Step>
      <Step text={install.add}>
        <rect class="phone" x="8" y="2" width="44" height="76" rx="7" />
        <path class="bar" d="M8 34h44M8 56h44" />
        <path class="line" d="M14 20h20M14 26h12M14 45h16M14 67h14" />
        <path class="sign" d="M37 39h12v12h-12ZM43 42v6m-3-3h6" />
      </Step>
      <Step text={install.open}>
        <rect class="phone" x="8" y="2" width="44" height="76" rx="7" />
        <path class="line" d="M14 10h8v8h-8ZM26 10h8v8h-8ZM38 10h8v8h-8ZM14 24h8v8h-8ZM38 24h8v8h-8Z" />
        <rect class="app" x="22" y="40" width="18" height="18" rx="4" />
        <path class="letter" d="M28 44v10m0-5 6-5m-6 5 6 5" />
      </Step>
    </ol>
  );
}

function Step({ text, children }: { text: string; children: ComponentChildren }) {
  return (
    <li>
      <svg viewBox="0 0 60 80" aria-hidden="true">{children}</svg>
      <span>{text}</span>
    </li>
  );
}
