import { ru as map } from "./map/ru";
import { ru as report } from "./report/ru";
import type { ConsoleTexts } from "./shape";

export const ru = {
  title: "Пульт оператора",
  connection: "Связь",
  events: (count: number) => `Событий с открытия страницы: ${count}`,
  notHere: "Очереди, карты и карточки происшествия в этой сборке ещё нет.",
  map,
  report,
} satisfies ConsoleTexts;
