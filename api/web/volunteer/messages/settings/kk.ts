// Texts of the settings, and of the questions about consents.
import { formats } from "../../../shared/formats";
import type { SettingsTexts } from "./shape";

const f = formats("kk");

export const kk = {
  language: "Қолданбаның тілі",
  look: "Көрініс",
  consents: "Келісімдер",
  positions: "Орнымды кезекшілікте және жұмыс кезінде жіберу",
  phone: "Нөмірімді диспетчерге көрсету",
  agreed: "келісім берілген",
  notAgreed: "келісім жоқ",
  notAsked: "сұралмаған",
  sessions: "Құрылғылар мен сеанстар",
  thisDevice: "Осы құрылғы",
  otherDevice: "Басқа құрылғы",
  since: (at: string) => `басталуы: ${f.dayTime(at)}`,
  end: "Ажырату",
  data: "Менің деректерім",
  export: "Бәрін жүктеп алу",
  exportMore: "JSON, кім көргені де ішінде",
  exportDo: "Жүктеу",
  erase: "Бәрін жою",
  eraseMore: "қайтару мүмкін емес, алдымен сұраймыз",
  eraseDo: "Жою",
  eraseAsk: "Профиліңіз, орындарыңыз бен тарихыңыз біржола жойылсын ба?",
  eraseYes: "Иә, бәрі жойылсын",
  me: "Профиль",
  skills: "Дағдылар",
  spoken: "Сөйлейтін тілдерім",
  verified: "расталған",
  claimed: "расталмаған",
  notices: "Хабарландырулар",
  ask: {
    title: "Сізге сұрақ",
    positions: "Кезекшілікте және жұмыс кезінде Komek орныңызды көруіне бола ма?",
    positionsMore: "Сонда маңайдағы көмекке сіз табыласыз. Әйтпесе үйіңіз ескеріледі.",
    contact_by_phone: "Диспетчерге телефон нөміріңізді көрсетуге бола ма?",
    contact_by_phoneMore: "Жауап болмаса немесе түсініксіз жайт болса, сол нөмірге қоңырау шалады.",
    yes: "Иә",
    no: "Жоқ",
    later: "Кейінірек",
    change: "Жауаптарыңызды баптаулардан кез келген уақытта өзгерте аласыз.",
  },
} satisfies SettingsTexts;
