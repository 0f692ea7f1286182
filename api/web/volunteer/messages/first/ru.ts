import type { FirstTexts } from "./shape";

export const ru = {
  lead: "При ЧС Komek просит о помощи ближайшего волонтера",
  choice: "Ехать или нет, решаете вы.",
  yourself: "Если помощь нужна вам, звоните 112. Komek его не заменяет.",
  waiting: (count: number) => `На этом телефоне ждут отправки ответы: ${count}. Они уйдут, когда снова войдёт тот, кто их дал.`,
} satisfies FirstTexts;
