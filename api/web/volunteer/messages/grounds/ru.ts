import type { GroundsTexts } from "./shape";

export const ru = {
  title: (type: string) => `Опасная зона: ${type}`,
  more: "Ваше место было внутри неё. Если вы ещё там, уходите; если не можете уйти, звоните 112.",
  understood: "Понятно",
  ended: (type: string) => `Опасная зона снята: ${type}`,
} satisfies GroundsTexts;
