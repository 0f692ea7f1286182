import { formats } from "../../formats";
import type { SignInTexts } from "./shape";

const f = formats("ru");

export const ru = {
  title: "Вход",
  byLink: "По этой ссылке вы войдёте на этом устройстве. Она действует один раз.",
  tap: "Войти",
  working: "Выполняется вход…",
  byCode: "Или введите код, присланный вместе со ссылкой",
  code: "Код для входа",
  ask: "Попросите у координатора ссылку для входа. Она действует 10\u00a0минут.",
  again: "Сеанс завершён. Войдите снова: введённый текст сохранён.",
  wrongRole: "Это сеанс этого браузера. Страница для других: сначала выйдите или откройте её в другом браузере.",
  out: "Выйти",
  who: (id: string, role: string) => `${id}, ${role}`,
  until: (at: string) => `Вход действует до ${f.dayTime(at)}`,
} satisfies SignInTexts;
