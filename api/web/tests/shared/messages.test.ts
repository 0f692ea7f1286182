// @vitest-environment node
import { expect, test } from "vitest";
import { LOADERS as CONSOLE } from "../../console/text";
import { LANGUAGES } from "../../shared/language";
import { en } from "../../shared/messages/common/en";
import { LOADERS as VOLUNTEER } from "../../volunteer/text";
import { LOADERS as PLACES } from "../../volunteer/map/text";
import { LOADERS as SETTINGS } from "../../volunteer/consents/text";
import { LOADERS as PAST } from "../../volunteer/screens/past_text";
import { LOADERS as ENDS } from "../../volunteer/ends";
import { LOADERS as FIRST } from "../../volunteer/screens/first_text";
import { LOADERS as HINTS } from "../../shared/assistant/texts";
import { LOADERS as WORK } from "../../volunteer/screens/work_text";
import { LOADERS as NOTICES } from "../../volunteer/notices/text";
import { pseudo, pseudoCatalogue } from "../support/pseudo.mjs";

type Leaf = readonly [path: string, value: unknown];

function leaves(node: unknown, path = ""): Leaf[] {
  if (typeof node !== "object" || node === null) return [[path, node]];
  return Object.entries(node).flatMap(([key, value]) => leaves(value, path === "" ? key : `${path}.${key}`));
}

/** The text, or what the function makes of a number, which is also a time and a name. */
const said = (value: unknown): string => (typeof value === "function" ? String(value(3, 3, 3, 3)) : String(value));

async function catalogues(): Promise<Record<string, Leaf[]>> {
  const all: Record<string, Leaf[]> = {};
  for (const one of LANGUAGES) {
    const later = [...leaves(await HINTS[one](), "hints"), ...leaves(await NOTICES[one](), "notices"), ...leaves(await PLACES[one](), "places"), ...leaves(await SETTINGS[one](), "settings"), ...leaves(await PAST[one](), "past"), ...leaves(await WORK[one](), "work"), ...leaves(await ENDS[one](), "ends"), ...leaves(await FIRST[one](), "first")];
    all[one] = [...leaves((await CONSOLE[one]()).default), ...leaves((await VOLUNTEER[one]()).default), ...later];
  }
  return all;
}

test("every text says something in every language", async () => {
  for (const [language, found] of Object.entries(await catalogues())) {
    for (const [path, value] of found) {
      expect(said(value), `${language} ${path}`).toMatch(/\S/);
      expect(said(value), `${language} ${path}`).not.toMatch(/undefined|\[object/);
    }
  }
});

test("Kazakh and Russian are not left in English", async () => {
  const all = await catalogues();
  const english = new Map(all["en"]);
  // Names, and a text that has only parameters.
  const ofWays = ["own.case.ways.telegram", "own.case.ways.sms", "notices.kinds.webpush", "notices.kinds.telegram", "notices.kinds.sms"];
  const same = new Set(["common.name", "common.signIn.who", "first.signIn.who", ...ofWays]);

  for (const language of ["kk", "ru"]) {
    const left = (all[language] ?? []).filter(([path, value]) => !same.has(path) && said(value) === said(english.get(path)));
    expect(left.map(([path]) => path), language).toEqual([]);
  }
});

test("a number never breaks from its unit", async () => {
  for (const [language, found] of Object.entries(await catalogues())) {
    for (const [path, value] of found) {
      expect(said(value), `${language} ${path}`).not.toMatch(/\d (мин|сек|сағ|м|км|min|sec|hr|km|секунд|минут)(?!\p{L})/u);
    }
  }
});

test("the pseudo-language is forty per cent longer and covers functions", () => {
  const made = pseudoCatalogue(en);

  expect(pseudo("Sign in").length).toBeGreaterThanOrEqual(7 * 1.4);
  expect(made.outbox.waiting(2)).toContain("2 äñswérs");
});
