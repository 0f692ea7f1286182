// The distance of an offer is that of two cells: somebody next door may be told of 2.7 km. It is never said as if it were exact.
import { formats } from "../shared/formats";
import { language } from "../shared/language";
import { t } from "./text";

const KM = 1000;
/** So far the distance between two places may differ from the told one between their cells (`UNSURE_M` of `recorded_way.py`). */
const UNSURE_M = 3 * KM;

export function about(metres: number): string {
  return `≈ ${formats(language.value).distance(Math.max(1, Math.round(metres / KM)) * KM)}`;
}

/** What it may be in truth. */
export function within(metres: number): string {
  const f = formats(language.value);
  const { offer: text } = t().own;
  const leastKm = Math.floor((metres - UNSURE_M) / KM);
  const most = f.distance(Math.round((metres + UNSURE_M) / KM) * KM);
  return leastKm < 1 ? text.maybeNear(most) : text.between(f.distance(leastKm * KM), most);
}
