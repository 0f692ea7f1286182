import { kk as map } from "./map/kk";
import { kk as report } from "./report/kk";
import type { ConsoleTexts } from "./shape";

export const kk = {
  title: "Оператор пульті",
  connection: "Байланыс",
  events: (count: number) => `Бет ашылғалы келген оқиға жазбасы: ${count}`,
  notHere: "Бұл құрастырылымда кезек, карта және оқиға беті әлі жоқ.",
  map,
  report,
} satisfies ConsoleTexts;
