// Қауіп туралы белгі не болды.
import { formats } from "../../../shared/formats";
import type { RescueTexts } from "./shape";

const f = formats("kk");

export const kk = {
  received: (at: string) => `Белгі алынды: ${f.time(at)}`,
  unseen: "Оператор әлі көрген жоқ. Мүмкін болса, 112\u2011ге қоңырау шалыңыз.",
  seen: (at: string) => `Оператор көрді (${f.time(at)})`,
  nobody: "Әзірге сізге ешкім шыққан жоқ",
  coming: (count: number) => `Сізге ${count} адам келе жатыр`,
  first: (minutes: number) => `біріншісі шамамен ${f.number(minutes)} минуттан кейін жетеді`,
  there: "Көмек оқиға орнына жетті",
  ended: (at: string) => `Оператор белгіні жапты (${f.time(at)}). Қауіп әлі сейілмесе, белгіні қайта беріңіз.`,
  asOf: (at: string) => `Соңғы мәлімет: ${f.time(at)}. Жаңасы жоқ.`,
  safe: {
    saved: "«Мен аманмын» сақталды, әлі жіберілген жоқ",
    sent: "«Мен аманмын» жіберілуде",
    received: "«Мен аманмын» алынды. Оператор жапқанша белгі ашық тұрады.",
    refused: "«Мен аманмын» қабылданбады: 112\u2011ге қоңырау шалыңыз",
  },
} satisfies RescueTexts;
