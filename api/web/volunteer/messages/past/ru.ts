import { formats } from "../../../shared/formats";
import { plural } from "../../../shared/plural";
import type { PastTexts } from "./shape";

const f = formats("ru");

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
  fates: {
    open: "Происшествие ещё не завершено",
    closed: "Происшествие закрыто",
    cancelled: "Происшествие отменено",
    merged: "Сообщение объединено с другим",
    codes: {
      resolved: "Помощь оказана, происшествие закрыто",
      handed_over: "Происшествие передано другим службам",
      false_call: "Вызов оказался ложным",
      duplicate: "Об этом уже сообщали раньше",
      exercise: "Это были учения",
      other: "Происшествие закрыто",
    },
  },
  thanks: {
    title: "Готово. Спасибо!",
    span: (fromMs: number, untilMs: number) => `с ${f.time(fromMs)} до ${f.time(untilMs)}`,
    open: "Чем кончилось, пока неизвестно: это будет в истории",
    removed: "Адрес и данные заявителя удалены с этого телефона",
    until: (at: string) => `Вы на дежурстве до ${f.time(at)}`,
    stay: "Дежурить дальше",
    leave: "Закончить дежурство",
  },
  week: {
    title: (done: string) => `За 7 дней: ${done}`,
    field: (count: number) => `${count} ${plural("ru", count, { one: "выезд", few: "выезда", many: "выездов", other: "выезда" })}`,
    digital: (count: number) =>
      `${count} ${plural("ru", count, { one: "онлайн-задание", few: "онлайн-задания", many: "онлайн-заданий", other: "онлайн-задания" })}`,
    time: (spent: string) => `${spent} работы`,
    atLeast: "не меньше",
  },
  history: {
    none: "Запросов к вам ещё не было",
    private: "Это видите только вы. Оценок и баллов нет.",
  },
} satisfies PastTexts;
