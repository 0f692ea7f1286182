import { kk as kase } from "./case/kk";
import { kk as desk } from "./desk/kk";
import { kk as map } from "./map/kk";
import { kk as report } from "./report/kk";
import type { ConsoleTexts } from "./shape";
import { kk as views } from "./views/kk";

export const kk = { title: "Оператор пульті", goOn: (id) => `${id} ретінде жалғастыру`, desk, case: kase, map, report, views } satisfies ConsoleTexts;
