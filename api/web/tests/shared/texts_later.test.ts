import { effect } from "@preact/signals";
import { beforeEach, expect, test } from "vitest";
import { language } from "../../shared/language";
import { choose, startTexts, texts } from "../../shared/text";
import { LOADERS } from "../../volunteer/text";
import { textsLater } from "../../shared/texts_later";

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
});

/** Texts of which the Russian ones arrive when `arrive` is called, or fail when `fail` is. */
function slow() {
  let [arrive, fail] = [(): void => undefined, (): void => undefined];
  const russian = new Promise<string>((resolve, reject) => {
    [arrive, fail] = [() => resolve("русский"), () => reject(new TypeError("Failed to fetch"))];
  });
  russian.catch(() => undefined);
  return { later: textsLater<string>({ kk: async () => "қазақша", ru: () => russian, en: async () => "English" }), arrive, fail };
}

test("no screen is in two languages while the further texts arrive", async () => {
  const { later, arrive } = slow();
  await later.load();
  const seen: string[] = [];
  const stop = effect(() => void seen.push(`${texts().common.actions.send} ${later.read()} ${language.value}`));

  const chosen = choose("ru");
  await new Promise((resolve) => setTimeout(resolve));
  expect(seen).toEqual(["Send English en"]);
  arrive();
  await chosen;
  stop();

  expect(seen).toEqual(["Send English en", "Отправить русский ru"]);
});

test("a language of which a part does not arrive is not chosen", async () => {
  const { later, fail } = slow();
  await later.load();

  fail();
  await expect(choose("ru")).rejects.toThrow();

  expect([language.value, later.read(), texts().common.actions.send]).toEqual(["en", "English", "Send"]);
});

test("a language that is chosen while the texts arrive for the first time is theirs in the end", async () => {
  const { later } = slow();

  const loaded = later.load();
  await choose("kk");
  await loaded;

  expect(later.read()).toBe("қазақша");
});
