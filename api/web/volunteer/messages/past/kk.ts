import { formats } from "../../../shared/formats";
import { clockIn } from "../../../shared/kazakh";
import type { PastTexts } from "./shape";

const f = formats("kk");

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
  fates: {
    open: "Оқиға әлі аяқталған жоқ",
    closed: "Оқиға жабылды",
    cancelled: "Оқиға тоқтатылды",
    merged: "Хабарлама басқасымен біріктірілді",
    codes: {
      resolved: "Көмек көрсетілді, оқиға жабылды",
      handed_over: "Оқиға басқа қызметтерге берілді",
      false_call: "Шақыру жалған болып шықты",
      duplicate: "Бұл туралы бұрын хабарланған",
      exercise: "Бұл оқу-жаттығу болды",
      other: "Оқиға жабылды",
    },
  },
  thanks: {
    title: "Аяқталды. Рақмет!",
    span: (fromMs: number, untilMs: number) => `${clockIn(f.time(fromMs), "ablative")} ${clockIn(f.time(untilMs), "dative")} дейін`,
    open: "Немен біткені әзірге белгісіз: ол тарихта көрінеді",
    removed: "Мекенжай мен өтініш берушінің деректері осы телефоннан өшірілді",
    until: (at: string) => `${clockIn(f.time(at), "dative")} дейін кезекшіліктесіз`,
    stay: "Кезекшілікте қалу",
    leave: "Кезекшілікті аяқтау",
  },
  week: {
    title: (done: string) => `Соңғы 7\u00a0күнде: ${done}`,
    field: (count: number) => `${count}\u00a0рет бардыңыз`,
    digital: (count: number) => `онлайн ${count}\u00a0тапсырма орындадыңыз`,
    time: (spent: string) => `${spent} жұмыс істедіңіз`,
    atLeast: "кемінде",
  },
  history: {
    none: "Сізден әлі көмек сұралған жоқ",
    private: "Мұны тек сіз көресіз. Баға да, ұпай да жоқ.",
  },
} satisfies PastTexts;
