// The mark of what software suggested, and the original with the words that say so. For people a shape and a word; for programs
// `data-made-by`, as `made_by` in the API. Whatever shows a hint shows it within `Suggested`, so that none stands unmarked.
import type { ComponentChildren } from "preact";
import { HINTS } from "./texts";
import { type Span, piecesOf } from "./spans";
import "./assistant.css";

export const MADE_BY = "assistant";

/** A square with a gap in its frame: no sign of urgency or state has this shape. */
export function MadeBy({ children }: { children?: ComponentChildren }) {
  return (
    <span class="made-by">
      <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M7.5 1H1v10h10V4.5M9.5 0v5M7 2.5h5" /></svg>
      <span>{children ?? HINTS.read().by}</span>
    </span>
  );
}

export function Suggested({ tag: Tag = "section", label, class: name = "", children }: { tag?: "section" | "div"; label?: string; class?: string; children: ComponentChildren }) {
  return <Tag class={`suggested-by ${name}`} data-made-by={MADE_BY} {...(label === undefined ? {} : { "aria-label": label })}>{children}</Tag>;
}

/** The original, with the words that say what is looked at. */
export function Original({ text, lang, spans, class: name = "" }: { text: string; lang: string | null; spans: readonly Span[]; class?: string }) {
  return (
    <p class={`original ${name}`} dir="auto" {...(lang === null ? {} : { lang })}>
      {piecesOf(text, spans).map((one, at) => (one.isMarked ? <mark key={at}>{one.text}</mark> : one.text))}
    </p>
  );
}
