// Plural forms by CLDR. A missing form of a language is a compile error.
import type { Language } from "./language";

export interface FormsOf {
  /** Kazakh nouns stay singular after numbers; both forms exist, for the verbs and endings that differ. */
  readonly kk: { readonly one: string; readonly other: string };
  readonly ru: { readonly one: string; readonly few: string; readonly many: string; readonly other: string };
  readonly en: { readonly one: string; readonly other: string };
}

const rules = new Map<Language, Intl.PluralRules>();

/** The form for the count, for example `plural("ru", 3, { one: "человек", few: "человека", … })`. */
export function plural<L extends Language>(of: L, count: number, forms: FormsOf[L]): string {
  const byName: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> = forms;
  // Browsers without Kazakh data would take the rules of no language.
  if (of === "kk") return (count === 1 ? byName.one : byName.other) ?? forms.other;
  let rule = rules.get(of);
  if (rule === undefined) rules.set(of, (rule = new Intl.PluralRules(of)));
  return byName[rule.select(count)] ?? forms.other;
}
