// The pseudo-language `qps`: every English text forty per cent longer and with accents, to find texts that do not fit or are not in a
// catalogue. Tests only.

const ACCENTS: Readonly<Record<string, string>> = { a: "ä", e: "é", i: "ï", o: "ö", u: "ü", A: "Å", E: "É", I: "Î", O: "Ø", U: "Û", y: "ÿ", n: "ñ" };

export function pseudo(text: string): string {
  const accented = text.replace(/[aeiouyAEIOUn]/g, (one) => ACCENTS[one] ?? one);
  return `[${accented}${"~".repeat(Math.max(0, Math.ceil(text.length * 0.4) - 2))}]`;
}

/** A catalogue with every text replaced; functions keep their parameters. */
export function pseudoCatalogue<T>(texts: T): T {
  const replaced = Object.entries(texts as Record<string, unknown>).map(([key, value]) => {
    if (typeof value === "string") return [key, pseudo(value)];
    if (typeof value === "function") return [key, (...given: unknown[]) => pseudo(String(value(...given)))];
    return [key, pseudoCatalogue(value)];
  });
  return Object.fromEntries(replaced) as T;
}
