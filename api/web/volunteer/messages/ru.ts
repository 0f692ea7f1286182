import type { VolunteerTexts } from "./shape";

export const ru = {
  title: "Волонтер",
  connection: "Связь",
  events: (count: number) => `Событий с открытия страницы: ${count}`,
  notHere: "Дежурства и запросов в этой сборке ещё нет.",
} satisfies VolunteerTexts;
