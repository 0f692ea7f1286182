// Texts of the pages of whoever is not signed in.
export const en = {
  lead: "In an emergency Komek asks the nearest volunteer for help",
  choice: "Whether you go is up to you.",
  yourself: "If you need help yourself, call 112. Komek does not replace it.",
  waiting: (count: number) => `Answers that wait on this phone: ${count}. They are sent when the person who gave them signs in again.`,
};
