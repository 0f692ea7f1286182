import type { PastTexts } from "./shape";

export const kk = {
  ended: {
    several: (count: number) => `Аяқталған сұраулар: ${count}`,
    lease: "Бұл жұмысқа берілген уақыт бітті",
    typed: "Жазып үлгерген мәтініңіз",
    expired: "Жауап беру уақыты өтті",
    expiredMore: "Басқа адамнан сұралып жатыр. Бұл сізге әсер етпейді.",
    withdrawn: "Көмегіңіз енді қажет емес",
    stood_down: "Көмек енді қажет емес: қайтыңыз",
    thanks: "Дайын болғаныңызға рақмет.",
    ok: "Түсіндім",
  },
  history: {
    none: "Сізден әлі көмек сұралған жоқ",
    private: "Мұны тек сіз көресіз. Баға да, ұпай да жоқ.",
    closed: "Оқиға жабылды",
    cancelled: "Оқиға тоқтатылды",
    open: "Оқиға әлі аяқталған жоқ",
  },
} satisfies PastTexts;
