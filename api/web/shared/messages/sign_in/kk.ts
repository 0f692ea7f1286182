import { formats } from "../../formats";
import type { SignInTexts } from "./shape";

const f = formats("kk");

export const kk = {
  title: "Кіру",
  byLink: "Осы сілтеме арқылы осы құрылғыда жүйеге кіресіз. Ол бір рет қана жарамды.",
  tap: "Кіру",
  working: "Кіріп жатыр…",
  byCode: "Немесе сілтемемен бірге келген кодты енгізіңіз",
  code: "Кіру коды",
  ask: "Үйлестірушіден кіру сілтемесін сұраңыз. Ол 10\u00a0минут жарамды.",
  again: "Сеанс аяқталды. Қайта кіріңіз: енгізілген мәтін сақталды.",
  wrongRole: "Бұл — осы браузердің сеансы. Бет басқаларға арналған: алдымен шығыңыз немесе оны басқа браузерде ашыңыз.",
  out: "Шығу",
  who: (id: string, role: string) => `${id}, ${role}`,
  until: (at: string) => `Сеанстың соңы: ${f.dayTime(at)}`,
} satisfies SignInTexts;
