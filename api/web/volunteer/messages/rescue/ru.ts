// Что стало с сигналом об опасности.
import { formats } from "../../../shared/formats";
import { plural } from "../../../shared/plural";
import type { RescueTexts } from "./shape";

const f = formats("ru");

export const ru = {
  received: (at: string) => `Получено в ${f.time(at)}`,
  unseen: "Оператор ещё не видел. Если можете, позвоните 112.",
  seen: (at: string) => `Оператор видел (${f.time(at)})`,
  nobody: "К вам пока никто не идёт",
  coming: (count: number) =>
    plural("ru", count, {
      one: `К вам идёт ${count} человек`,
      few: `К вам идут ${count} человека`,
      many: `К вам идут ${count} человек`,
      other: `К вам идут ${count} человека`,
    }),
  first: (minutes: number) => `первый примерно через ${f.number(minutes)} мин`,
  there: "Помощь уже на месте",
  ended: (at: string) => `Оператор закрыл сигнал (${f.time(at)}). Если опасность не прошла, подайте сигнал снова.`,
  asOf: (at: string) => `По состоянию на ${f.time(at)}. Новых сведений нет.`,
  safe: {
    saved: "«Я в безопасности» сохранено, но ещё не отправлено",
    sent: "«Я в безопасности» отправляется",
    received: "«Я в безопасности» получено. Сигнал открыт, пока оператор его не закроет.",
    refused: "«Я в безопасности» не принято: позвоните 112",
  },
} satisfies RescueTexts;
