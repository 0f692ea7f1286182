// What a split named and did not move: who it is, and what became of them before.
import { nameIn } from "../people/names";
import { offerWord } from "../say";
import { numberById } from "../queue/called";
import { type Incident } from "../state";
import { t } from "../text";
import type { NotMoved } from "./orders";

export function notMovedText(from: Incident | undefined, left: readonly NotMoved[]): string {
  const text = t().own.case.panel.splitting;
  const each = left.map((one) => {
    const who = one.volunteer_id === null ? numberById(one.id) : nameIn(from, one.volunteer_id);
    const why = one.into !== null ? text.inOther(numberById(one.into)) : one.state === null ? "" : offerWord(one.state);
    return why === "" ? who : `${who}: ${why}`;
  });
  return text.notMoved(each.join(", "));
}
