import type { VolunteerTexts } from "./shape";

export const kk = {
  title: "Волонтер",
  connection: "Байланыс",
  events: (count: number) => `Бет ашылғалы келген жазба: ${count}`,
  notHere: "Бұл құрастырылымда кезекшілік пен сұраулар әлі жоқ.",
} satisfies VolunteerTexts;
