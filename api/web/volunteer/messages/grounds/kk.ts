import type { GroundsTexts } from "./shape";

export const kk = {
  title: (type: string) => `Қауіпті аймақ: ${type}`,
  more: "Сіз осы аймақтың ішінде болдыңыз. Әлі сонда болсаңыз, одан шығыңыз; шыға алмасаңыз, 112\u2011ге қоңырау шалыңыз.",
  understood: "Түсінікті",
  ended: (type: string) => `Қауіпті аймақ жойылды: ${type}`,
} satisfies GroundsTexts;
