// Words of the API's vocabularies for the screens.
import type { components } from "../shared/api";
import { language } from "../shared/language";
import { word } from "../shared/word";
import { t } from "./text";

export const typeWord = (type: string): string => word(t().words.types, type);
export const skillWord = (skill: string): string => word(t().words.skills, skill);
export const taskWord = (task: string): string => word(t().words.tasks, task);

/** The surroundings of a coarse place: a settlement and its district, or the district alone. */
export function placeWord({ nearest, district, region }: components["schemas"]["CoarsePlace"]): string {
  const of = language.value;
  // The Russian name of a district is an adjective, that of a city is a noun.
  const area = of === "ru" && district.ru.endsWith("ий") ? `${district.ru} р\u2011н` : district[of];
  if (nearest === null || nearest[of] === area) return area === region[of] ? area : `${area}, ${region[of]}`;
  // Within a city the nearest settlement is the city.
  return nearest[of] === region[of] ? `${nearest[of]}, ${area}` : t().own.offer.near(nearest[of], area);
}
