// The pseudo-language `qps`: every English text forty per cent longer and with accents, to find texts that do not fit or are not in a
// catalogue. Tests only: vitest imports this file, and the browser tests put it in front of the built catalogue (`tests/support/pseudo.py`).

const ACCENTS = { a: "ä", e: "é", i: "ï", o: "ö", u: "ü", A: "Å", E: "É", I: "Î", O: "Ø", U: "Û", y: "ÿ", n: "ñ" };
const LONGER = 0.4;

/** Each word grows by itself, as in Kazakh and Russian: one long tail could break where no real text can. Figures and `kept` parts stay. */
export function pseudo(text, kept = []) {
  const parts = new RegExp([...kept.filter(Boolean).map((one) => one.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")), "\\p{L}+"].join("|"), "gu");
  return text.replace(parts, (word) => {
    if (kept.includes(word)) return word;
    const accented = word.replace(/[aeiouyAEIOUn]/g, (one) => ACCENTS[one] ?? one);
    return accented + "ş".repeat(Math.ceil(word.length * LONGER));
  });
}

/** A catalogue with every text replaced. What is inserted is a name, or a text of the catalogue that has grown already. */
export function pseudoCatalogue(texts) {
  const replaced = Object.entries(texts).map(([key, value]) => {
    if (typeof value === "string") return [key, pseudo(value)];
    if (typeof value === "function") return [key, (...given) => pseudo(String(value(...given)), given.filter((one) => typeof one === "string"))];
    return [key, pseudoCatalogue(value)];
  });
  return Object.fromEntries(replaced);
}
