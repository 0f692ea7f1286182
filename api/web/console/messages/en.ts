// Texts of the operator's console alone, by pane.
import { en as kase } from "./case/en";
import { en as desk } from "./desk/en";
import { en as map } from "./map/en";
import { en as report } from "./report/en";
import { en as views } from "./views/en";

export const en = { title: "Operator's console", goOn: (id: string) => `Go on as ${id}`, desk, case: kase, map, report, views };
