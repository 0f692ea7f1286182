// What is typed between a key and the form that it opens: kept in a field that stands in, then typed into the form.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Nobody types more while a form is loaded; a pasted text may be longer than any field takes. */
const LONGEST = 4000;
const NOT_TYPED_INTO = new Set(["checkbox", "radio", "button", "submit"]);

/** While `isAwaited`: a field that has the focus. Afterwards its text is in the text field that took the focus, or dropped where none did.
 * `isComing`: false where the form could not be loaded, and Tab leads away from what is typed. */
export function useEarlyWords(isAwaited: boolean, label: string, isComing = true): ComponentChildren {
  const field = useRef<HTMLTextAreaElement>(null);
  const held = useRef("");
  // With the drawing: a form takes the focus before its parent gets here, and no key comes in between.
  useLayoutEffect(() => {
    if (isAwaited) return field.current?.focus();
    typeInto(document.activeElement, held.current);
    held.current = "";
  }, [isAwaited]);
  if (!isAwaited) return null;
  return (
    <textarea
      ref={field}
      class="field early-words"
      data-early
      rows={2}
      maxLength={LONGEST}
      aria-label={label}
      onInput={(event) => void (held.current = event.currentTarget.value)}
      onKeyDown={(event) => {
        // Nothing is sent by a form that is not there, nor put aside: nothing would keep it.
        const isPutAside = event.key === "Escape" && held.current !== "";
        // Beside this field letters are orders; its form, where Tab leads to the next field, is not there yet.
        if (event.key === "Tab" && !event.shiftKey && isComing && held.current !== "") return event.preventDefault();
        if (isPutAside || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) event.preventDefault();
      }}
    />
  );
}

/** Behind what stands there, as if the person typed it: the field's own handlers see it. */
function typeInto(field: Element | null, text: string): void {
  const isText = field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && !NOT_TYPED_INTO.has(field.type));
  if (text === "" || !isText) return;
  const end = field.value.length;
  const said = field instanceof HTMLInputElement ? text.replace(/\s+/g, " ") : text;
  field.setRangeText(field.maxLength < 0 ? said : said.slice(0, Math.max(0, field.maxLength - end)), end, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
