// What an incident is called when people speak: its call number, typed in either alphabet and with or without zeros.

interface Called {
  readonly id: string;
  readonly call_number?: string | null;
}

/** The call number; before there is one, the end of the id. */
export function numberOf(of: Called): string {
  return of.call_number ?? shortId(of.id);
}

/** Stands for a number that is not known. */
export function shortId(id: string): string {
  return id.slice(-4).toUpperCase();
}

const LATIN: Readonly<Record<string, string>> = { А: "A", К: "K", М: "M", Т: "T" };
const NUMBER = /^([AKMT]{2,})[\s‐‑–—-]*0*([1-9]\d*)$/;

/** `AK42` for everything that is read as this number: «ак 42», `AK-042`. null: no call number. */
export function callKey(typed: string): string | null {
  const latin = typed.trim().toUpperCase().replace(/[АКМТ]/g, (letter) => LATIN[letter] ?? letter);
  const found = NUMBER.exec(latin);
  return found === null ? null : `${found[1]}${found[2]}`;
}

/** Whether the text names the incident: by its call number or by the end of its id. */
export function isCalled(of: Called, typed: string): boolean {
  const key = callKey(typed);
  if (key !== null && of.call_number != null && callKey(of.call_number) === key) return true;
  return shortId(of.id) === typed.trim().toUpperCase();
}

/** Whether the text is the figure of the call number alone: «19», «019». Several incidents may have it, one in each area. */
export function isNumbered(of: Called, typed: string): boolean {
  const figure = /^0*([1-9]\d*)$/.exec(typed.trim())?.[1];
  return figure !== undefined && of.call_number != null && callKey(of.call_number)?.replace(/\D/g, "") === figure;
}

/** Those that the text names; where it names none so, those with this figure. */
export function calledBy<T extends Called>(rows: readonly T[], typed: string): T[] {
  const named = rows.filter((row) => row.id === typed.trim() || isCalled(row, typed));
  return named.length > 0 ? named : rows.filter((row) => isNumbered(row, typed));
}
