import { formats } from "../../formats";
import type { Common } from "./shape";

const f = formats("kk");

export const kk = {
  name: "Komek",
  exercise: "ОҚУ-ЖАТТЫҒУ",
  language: { label: "Тіл" },
  theme: { label: "Көрініс", system: "Құрылғыдағыдай", light: "Ашық", dark: "Қараңғы" },
  stream: {
    connecting: "Байланысуда…",
    live: "Байланыс бар",
    stale: (seconds: number) => `${f.duration(seconds)} бойы жаңа дерек жоқ. Көрсетілгені ескірген болуы мүмкін.`,
    never: "Сервермен байланыс жоқ. Көрсетілгені ескірген болуы мүмкін.",
    nextTry: (seconds: number) => `Келесі әрекетке дейін ${f.duration(seconds)}`,
    tryNow: "Қазір қайталау",
  },
  outbox: {
    saved: "құрылғыда сақталды",
    sent: "жіберілді",
    received: "қабылданды",
    refused: "қабылданбады",
    waiting: (count: number) => `${count} жауап әлі расталмады`,
    full: "Құрылғыда орын жоқ. Жауап жеткенше бетті жаппаңыз.",
  },
  actions: {
    retry: "Қайталау",
    close: "Жабу",
    back: "Артқа",
    save: "Сақтау",
    send: "Жіберу",
    undo: "Болдырмау",
  },
  loading: "Жүктелуде…",
  sending: "Жіберіліп жатыр…",
  ageOf: (seconds: number) => `${f.duration(seconds)} бұрын`,
  emergency: "Өмірге қауіп төнсе, 112-ге қоңырау шалыңыз",
  build: (id: string) => `Нұсқа ${id}`,
} satisfies Common;
