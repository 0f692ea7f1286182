// Texts of the map.

export const en = {
  label: "Map of the open incidents",
  loading: "The map is being loaded…",
  failed: "The map could not be loaded. The queue and the form do everything without it.",
  noWebGl: "This browser cannot draw the map (no WebGL). The queue shows every incident with its place, and the form takes coordinates.",
  all: "Show all",
  signs: "Signs",
  closer: "Closer",
  farther: "Farther",
  newPlace: "new, not saved",
  hazard: "danger zone",
  area: "area",
  minutes: (minutes: number) => `${minutes} min`,
  legend: {
    title: "Signs of the map",
    selected: "selected incident",
    enRoute: "on the way",
    onScene: "on scene",
    accepted: "accepted, not on the way yet",
    hazard: "danger zone",
    people: "plate: number of the incident, people found / needed",
    old: "hollow: position is old",
  },
};
