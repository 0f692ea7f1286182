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
  area: "area",
  minutes: (minutes: number) => `${minutes}\u00a0min`,
  ring: (metres: number) => `search within ${f.distance(metres)}`,
};
