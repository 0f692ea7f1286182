// The caller's words. Behind the text lies the same text with the marked words, because a text area cannot mark any itself.
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Span, piecesOf } from "../../shared/assistant/spans";

interface Given {
  readonly id: string;
  readonly text: string;
  readonly lang: string;
  readonly spans: readonly Span[];
  readonly fault: string | null;
  onText(text: string): void;
}

export function WordsInput({ id, text, lang, spans, fault, onText }: Given) {
  const field = useRef<HTMLTextAreaElement>(null);
  const behind = useRef<HTMLDivElement>(null);
  const follow = (): void => void (behind.current !== null && field.current !== null && (behind.current.scrollTop = field.current.scrollTop));
  useLayoutEffect(() => {
    const first = behind.current?.querySelector("mark");
    if (first == null || field.current === null) return;
    // Only as far as needed: the text stays where the person reads.
    const { scrollTop, clientHeight } = field.current;
    if (first.offsetTop < scrollTop || first.offsetTop + first.offsetHeight > scrollTop + clientHeight) field.current.scrollTop = first.offsetTop - 4;
    follow();
  }, [spans]);
  return (
    <div class="words-field">
      <div ref={behind} class="words-behind" aria-hidden="true">
        {spans.length > 0 && piecesOf(text, spans).map((one, at) => (one.isMarked ? <mark key={at}>{one.text}</mark> : one.text))}
      </div>
      <textarea
        ref={field}
        id={`${id}-input`}
        class="field report-field"
        data-field="description"
        rows={2}
        lang={lang === "" ? undefined : lang}
        value={text}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : `${id}-fault`}
        onScroll={follow}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </div>
  );
}
