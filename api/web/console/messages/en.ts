// Texts of the operator's console alone.
import { en as map } from "./map/en";
import { en as report } from "./report/en";

export const en = {
  title: "Operator's console",
  connection: "Connection",
  events: (count: number) => `${count} events received since this page was opened`,
  notHere: "Queue, map and incident are not part of this build yet.",
  map,
  report,
};
