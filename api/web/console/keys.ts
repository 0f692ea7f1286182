// One place for all keys. In a text field single letters type; there Alt with the letter does the same.

export type KeyAction = () => void;
/** By `key` in lower case; letters and digits also by their place on the keyboard: ru and kk layouts give other characters there, and
 * with Alt some systems do. */
export type KeyTable = Readonly<Record<string, KeyAction>>;

const tables: KeyTable[] = [];

/** The newest table that knows a key takes it. Returns what removes the table. */
export function bindKeys(table: KeyTable): () => void {
  tables.push(table);
  return () => void tables.splice(tables.indexOf(table), 1);
}

/** The name of a key: `n`, `ctrl+k`, `enter`, `escape`, `?`, `/`. */
export function nameOf(event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey"> & Partial<Pick<KeyboardEvent, "shiftKey">>): string {
  // With Shift a digit is another sign, as `/` and `?` on some keyboards.
  const digit = event.shiftKey === true ? undefined : /^Digit(\d)$/.exec(event.code)?.[1];
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase() ?? digit;
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.code === "Slash" && !isCommand && event.key === "?") return "?";
  const plain = letter ?? event.key.toLowerCase();
  return isCommand ? `ctrl+${plain}` : plain;
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  const isTyped = isField(event.target);
  const isSingle = name.length === 1;
  if (isTyped && isSingle && !event.altKey) return;
  if (!isTyped && event.altKey) return;
  // A held key repeats only where that is harmless.
  if (event.repeat && !["j", "k"].includes(name)) return;
  // Enter on a control is that control's.
  if (name === "enter" && (isTyped || isControl(event.target))) return;
  for (let at = tables.length - 1; at >= 0; at--) {
    const action = tables[at]?.[name];
    if (action === undefined) continue;
    event.preventDefault();
    action();
    return;
  }
}

/** Whether letters typed now belong to a field. */
function isField(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("textarea, select, [contenteditable=true]") !== null) return true;
  const input = target.closest("input");
  return input !== null && !["checkbox", "radio", "button", "submit"].includes(input.type);
}

/** Whether somebody types: what takes the focus now takes their letters, as commands. */
export const isTyping = (): boolean => isField(document.activeElement);

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, select, summary, input") !== null;
}

export function startKeys(): () => void {
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
