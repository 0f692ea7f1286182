import type { PastTexts } from "./shape";

export const ru = {
  ended: {
    several: (count: number) => `Завершившиеся запросы: ${count}`,
    lease: "Время на эту работу истекло",
    typed: "Введённый вами текст",
    expired: "Время на ответ истекло",
    expiredMore: "Спрашивают кого-то другого. На вас это не отразится.",
    withdrawn: "Ваша помощь больше не нужна",
    stood_down: "Отбой: ваша помощь больше не нужна",
    thanks: "Спасибо за готовность.",
    ok: "Понятно",
  },
  history: {
    none: "Запросов к вам ещё не было",
    private: "Это видите только вы. Оценок и баллов нет.",
    closed: "Происшествие закрыто",
    cancelled: "Происшествие отменено",
    open: "Происшествие ещё не завершено",
  },
} satisfies PastTexts;
