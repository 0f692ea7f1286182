import type { ConsoleTexts } from "./shape";

export const kk = {
  title: "Оператор пульті",
  connection: "Байланыс",
  events: (count: number) => `Бет ашылғалы келген оқиға жазбасы: ${count}`,
  notHere: "Бұл құрастырылымда кезек, карта және оқиға беті әлі жоқ.",
} satisfies ConsoleTexts;
