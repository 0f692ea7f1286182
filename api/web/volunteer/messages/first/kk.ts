import type { FirstTexts } from "./shape";

export const kk = {
  lead: "Komek төтенше жағдайда ең жақын волонтерден көмек сұрайды",
  choice: "Барасыз ба, жоқ па, өзіңіз шешесіз.",
  yourself: "Өзіңізге көмек керек болса, 112\u2011ге қоңырау шалыңыз. Komek оны алмастырмайды.",
  waiting: (count: number) => `Осы телефонда жіберілмеген жауаптар бар: ${count}. Оларды берген адам қайта кіргенде жіберіледі.`,
} satisfies FirstTexts;
