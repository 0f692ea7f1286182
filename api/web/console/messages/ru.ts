import { ru as kase } from "./case/ru";
import { ru as desk } from "./desk/ru";
import { ru as map } from "./map/ru";
import { ru as report } from "./report/ru";
import type { ConsoleTexts } from "./shape";
import { ru as views } from "./views/ru";

export const ru = { title: "Пульт оператора", goOn: (id) => `Продолжить как ${id}`, desk, case: kase, map, report, views } satisfies ConsoleTexts;
