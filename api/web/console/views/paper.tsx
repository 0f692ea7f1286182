// The frame of a page for looking back: title, what can be done with it, and the content. On paper only the content remains.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { KeyCap } from "../../shared/parts/key_cap";
import { bindKeys } from "../keys";
import { f } from "../say";
import { t } from "../text";
import { now } from "../../shared/clock";
import { openView } from "./route";

interface Props {
  readonly name: string;
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Paper({ name, title, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const text = t().own.views;
  useLayoutEffect(() => bindKeys({ p: () => window.print() }), []);
  // Whoever came here by a key goes on reading here, not in the queue.
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <section class="pane paper" aria-label={title} data-view={name}>
      <header class="paper-head">
        <h2 ref={heading} tabIndex={-1}>{title}</h2>
        <p class="printed">{text.printedAt(f().dayTime(now.value))}</p>
        <div class="paper-acts">
          {actions}
          <button type="button" class="btn" data-action="print" aria-keyshortcuts="p" onClick={() => window.print()}>{text.print} <KeyCap of="P" /></button>
          <button type="button" class="btn" data-action="close-view" aria-keyshortcuts="Escape" onClick={() => openView(null)}>{text.close} <KeyCap of="Esc" /></button>
        </div>
      </header>
      <div class="paper-body" tabIndex={0} role="group" aria-label={title}>{children}</div>
    </section>
  );
}
