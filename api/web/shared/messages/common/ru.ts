import { formats } from "../../formats";
import { plural } from "../../plural";
import type { Common } from "./shape";

const f = formats("ru");

export const ru = {
  name: "Komek",
  exercise: "УЧЕНИЯ",
  language: { label: "Язык" },
  theme: { label: "Оформление", system: "Как на устройстве", light: "Светлое", dark: "Тёмное" },
  stream: {
    connecting: "Соединение…",
    live: "На связи",
    stale: (seconds: number) => `Нет новых данных ${f.duration(seconds)}. Показанное могло устареть.`,
    never: "Связи с сервером пока нет. Показанное могло устареть.",
    nextTry: (seconds: number) => `Следующая попытка через ${f.duration(seconds)}`,
    tryNow: "Повторить сейчас",
  },
  outbox: {
    saved: "сохранено на устройстве",
    sent: "отправлено",
    received: "принято",
    refused: "не принято",
    waiting: (count: number) =>
      plural("ru", count, {
        one: `${count} ответ ещё не подтверждён`,
        few: `${count} ответа ещё не подтверждены`,
        many: `${count} ответов ещё не подтверждены`,
        other: `${count} ответа ещё не подтверждены`,
      }),
    full: "На устройстве нет места. Не закрывайте страницу, пока ответ не дойдёт.",
  },
  actions: { retry: "Повторить", close: "Закрыть", back: "Назад", save: "Сохранить", send: "Отправить", undo: "Отменить" },
  loading: "Загрузка…",
  sending: "Отправляется…",
  ageOf: (seconds: number) => `${f.duration(seconds)} назад`,
  emergency: "При угрозе жизни звоните 112",
  build: (id: string) => `Сборка ${id}`,
} satisfies Common;
