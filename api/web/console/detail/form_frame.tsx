// The frame of a form in the detail: title, fields, send and back. Focus goes in when it opens, and back to the orders when it closes.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { KeyCap } from "../../shared/parts/key_cap";
import { t } from "../text";
import { isBusy, openForm } from "./orders";

interface Props {
  readonly title: string;
  readonly kind?: string;
  readonly action?: string | undefined;
  readonly send?: string;
  readonly canSend: boolean;
  /** Why it cannot be sent: on the button, and said to whoever tries by keys. */
  readonly lacks?: string;
  readonly onSend: () => void;
  readonly children: ComponentChildren;
}

export function FormFrame({ title, kind, action, send, canSend, lacks, onSend, children }: Props) {
  const frame = useRef<HTMLFormElement>(null);
  const text = t().own.case.panel;
  const [isTried, setIsTried] = useState(false);
  const why = canSend ? null : (lacks ?? text.nothingYet);
  // Before the next key arrives, not after the next frame: what is typed at once must not be taken as commands.
  useLayoutEffect(() => {
    const before = document.activeElement;
    frame.current?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      if (before instanceof HTMLElement && before !== document.body && before.isConnected) before.focus();
      else document.querySelector<HTMLElement>(".rows")?.focus({ preventScroll: true });
    };
  }, []);
  // News can take away the field that has the focus; the next keys belong to the form still, and are neither lost nor commands.
  const last = useRef<EventTarget | null>(null);
  useLayoutEffect(() => {
    const isGone = last.current instanceof Node && !last.current.isConnected;
    if (isGone && document.activeElement === document.body) frame.current?.querySelector<HTMLElement>("[data-first]")?.focus();
  });
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    setIsTried(!canSend);
    if (canSend && !isBusy.value) onSend();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.repeat || event.defaultPrevented) return;
    // Browsers ignore Enter where the button is disabled, and a key that does nothing reads as an order that was given.
    const isIgnored = !canSend && event.target instanceof HTMLInputElement;
    // Held keys repeat: one press is one order.
    if (event.ctrlKey || event.metaKey || isIgnored) onSubmit(event);
  };
  return (
    <form
      ref={frame}
      class={kind === undefined ? "form" : `form ${kind}`}
      onSubmit={onSubmit}
      onFocusIn={(event) => (last.current = event.target)}
      onKeyDown={onKeyDown}
    >
      <h3>{title}</h3>
      {children}
      {isTried && why !== null && <p class="fault" role="alert" data-lacks>{why}</p>}
      <div class="send">
        <button type="submit" class="btn main" data-action={action} title={why ?? undefined} disabled={!canSend} aria-disabled={isBusy.value}>
          {isBusy.value ? t().common.sending : (send ?? text.send)} <KeyCap of="Ctrl Enter" />
        </button>
        <button type="button" class="btn" onClick={() => openForm(null)}>{text.back} <KeyCap of="Esc" /></button>
      </div>
    </form>
  );
}
