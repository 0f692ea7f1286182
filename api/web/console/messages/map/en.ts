// Texts of the map.
import { formats } from "../../../shared/formats";

const f = formats("en");

export const en = {
  label: "Map of the open incidents",
  loading: "The map is being loaded…",
  failed: "The map could not be loaded. The queue and the form do everything without it.",
  noWebGl: "This browser cannot draw the map (no WebGL). The queue shows every incident with its place, and the form takes coordinates.",
  all: "Show all",
  closer: "Closer",
  farther: "Farther",
  newPlace: "new, not saved",
  hazard: "danger zone",
  staging: "staging point",
  area: "area",
  minutes: (minutes: number) => `${minutes}\u00a0min`,
  ring: (metres: number) => `search within ${f.distance(metres)}`,
  /** Numbers are lower ends of classes. Small squares with fewer than five people are not told. */
  people: (free: number, busy: number) => `on duty: free ${f.number(free)}+, engaged ${f.number(busy)}+; no number: fewer than 5 free; small squares: from 5 people on`,
  window: "Own window",
  noStreets: "The street map of this deployment cannot be loaded. Districts and towns are shown.",
  credit: "Boundaries: OCHA COD-AB (CC BY-IGO), geokz (CC BY 4.0). Towns: © OpenStreetMap contributors (ODbL), GeoNames (CC BY 4.0)",
};
