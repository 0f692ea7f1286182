// A question before something that cannot be taken back. It stands in the page, not over it.
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../text";

interface Given {
  readonly label: string;
  readonly question: string;
  readonly yes: string;
  readonly tone?: string;
  readonly onYes: () => void;
  readonly children?: ComponentChildren;
}

export function Confirm({ label, question, yes, tone = "", onYes, children }: Given) {
  const isOpen = useSignal(false);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen.value) first.current?.focus();
  }, [isOpen.value]);
  if (!isOpen.value)
    return <button type="button" class={`button ${tone}`} onClick={() => (isOpen.value = true)}>{label}</button>;
  return (
    <div class="question" role="group" aria-label={question}>
      <p>{question}</p>
      {children}
      <div class="pair">
        <button type="button" class="button" ref={first} onClick={() => (isOpen.value = false)}>{t().common.actions.back}</button>
        <button
          type="button"
          class={`button ${tone}`}
          onClick={() => {
            isOpen.value = false;
            onYes();
          }}
        >
          {yes}
        </button>
      </div>
    </div>
  );
}
