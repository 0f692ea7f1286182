// Who still works at an incident that an order ends.
import { offerWord } from "../say";
import type { Incident } from "../state";

/** What the order does to people who still work: nobody is sent home by surprise. */
export function atWork(of: Incident, says: (list: string) => string): string | null {
  const said = (["on_scene", "en_route", "accepted"] as const).flatMap((state) => {
    const count = of.offers.filter((offer) => offer.state === state).length;
    return count === 0 ? [] : [`${offerWord(state)} ${count}`];
  });
  return said.length === 0 ? null : says(said.join(", "));
}
