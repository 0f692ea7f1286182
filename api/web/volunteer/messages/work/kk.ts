import { formats } from "../../../shared/formats";
import { clockIn } from "../../../shared/kazakh";
import type { WorkTexts } from "./shape";

const f = formats("kk");

export const kk = {
  work: {
    steps: { accepted: "Келістіңіз", en_route: "Жолдасыз", on_scene: "Оқиға орнындасыз" },
    confirmed: "расталды",
    next: { "en-route": "Жолдамын", "on-scene": "Келдім", done: "Аяқталды" },
    undo: "Шешіміңізді әлі өзгертуге болады.",
    undoDo: "Бәрібір бара алмаймын",
    giveUp: "Жалғастыра алмаймын",
    giveUpAsk: "Бұл жұмыстан бас тартасыз ба? Басқа адамнан сұралады.",
    giveUpYes: "Иә, бас тартамын",
    staging: "Қауіпті аймақтың шетіндегі жиналу орны",
    inDanger: (at: string, metres: number | null) => `Қауіптегі адам ${f.time(at)} осы жерде болған${metres === null ? "" : `, дәлдігі ${f.distance(metres)}`}`,
    dangerUnknown: "Қауіптегі адамның қазір қайда екені белгісіз: көрсетілгені — ол жіберілген жер",
    address: "Мекенжай",
    noAddress: "Мекенжай жоқ: картаға қараңыз",
    addressLater: "Нақты мекенжай растаумен бірге келеді",
    caller: (name: string) => `${name}, өтініш беруші`,
    call: (phone: string) => `${phone} нөміріне қоңырау шалу`,
    map: "Картада ашу",
    mapOther: "Басқа",
    help: "Адам керек",
    helpAsk: "Тағы қанша адам керек?",
    helpAsked: (count: number, at: string) => `${clockIn(f.time(at), "locative")} ${count} адам сұралды. Оператор мұны көріп тұр.`,
    verifiedOnly: "Өтініш беруші мен оның сөздері дағдысы расталған адамдарға ғана көрінеді.",
    words: (language: string) => `Өтініш берушінің сөздері, ${language}`,
    wordsOnly: "Өтініш берушінің сөздері",
    material: "Басқалар анықтағаны",
  },
  changed: {
    at: (time: string) => `өзгерген уақыты: ${f.time(time)}`,
    before: "Бұрын",
    moved: (metres: number) => `Жаңа орын бұрынғыдан ${f.distance(metres)} жерде`,
    now: "Енді",
    understood: "Түсіндім",
    fields: {
      type: "оқиға түрі",
      priority: "шұғылдығы",
      location: "орны",
      language: "тілі",
      description: "сипаттамасы",
      address: "мекенжайы",
      caller: "өтініш берушісі",
      role: "міндетіңіз",
      languages: "тілдер",
      hazard: "қауіпті аймақ",
      staging: "жиналу орны",
      hazard_on_way: "жолыңыздағы қауіпті аймақ",
    },
    what: (fields: string) => `Өзгергені: ${fields}`,
  },
} satisfies WorkTexts;
