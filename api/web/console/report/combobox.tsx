// A text field with completion. The first line is marked at once, and the first arrow down only goes to it. Arrows move, Enter or Tab takes the marked line, Escape closes the list and nothing else.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

export interface Option {
  readonly key: string;
  readonly label: ComponentChildren;
}

interface Props {
  readonly field: string;
  /** Takes the focus when its form opens. */
  readonly isFirst?: boolean;
  readonly text: string;
  readonly options: readonly Option[];
  readonly placeholder: string;
  /** Solid: chosen by the person. Dashed: typed, nothing chosen yet. */
  readonly isChosen: boolean;
  readonly fault: string | null;
  readonly labelId: string;
  onText(text: string): void;
  onPick(key: string): void;
}

export function Combobox({ field, isFirst, text, options, placeholder, isChosen, fault, labelId, onText, onPick }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [marked, setMarked] = useState(0);
  /** False while the person is in the text: what they see marked is what one arrow down and Enter take. */
  const [isInList, setInList] = useState(false);
  const shown = isOpen && !isChosen ? options : [];
  const at = Math.min(marked, shown.length - 1);

  function pick(key: string): void {
    onPick(key);
    setOpen(false);
  }

  function move(by: number): void {
    setOpen(true);
    setInList(true);
    setMarked(options.length === 0 ? 0 : (at + by + options.length) % options.length);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const option = shown[at];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowUp" && shown.length > 0 ? -1 : isInList && shown.length > 0 ? 1 : 0);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (option !== undefined && !event.repeat) pick(option.key);
    } else if (event.key === "Tab" && !event.shiftKey && option !== undefined && text.trim() !== "") {
      // Focus goes on by itself; leaving a field that was typed in takes the marked line.
      pick(option.key);
    } else if (event.key === "Escape" && shown.length > 0) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  }

  return (
    <>
      <input
        class={`field report-field ${isChosen ? "is-chosen" : text === "" ? "" : "is-open"}`}
        id={`${labelId}-input`}
        data-field={field}
        data-first={isFirst}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        value={text}
        placeholder={placeholder}
        aria-autocomplete="list"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown.length > 0 ? `${id}-${at}` : undefined}
        aria-invalid={fault !== null}
        aria-describedby={fault !== null ? `${id}-fault` : undefined}
        onInput={(event) => {
          setOpen(true);
          setMarked(0);
          setInList(false);
          onText(event.currentTarget.value);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} class="report-options" role="listbox" aria-labelledby={labelId} hidden={shown.length === 0}>
        {shown.map((one, index) => (
          <li
            key={one.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => {
              // The field keeps the focus.
              event.preventDefault();
              pick(one.key);
            }}
          >
            {one.label}
          </li>
        ))}
      </ul>
      {fault !== null && <p class="fault" role="alert" id={`${id}-fault`}>{fault}</p>}
    </>
  );
}
