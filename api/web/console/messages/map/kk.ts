import { formats } from "../../../shared/formats";
import type { MapTexts } from "./shape";

const f = formats("kk");

export const kk: MapTexts = {
  label: "Ашық оқиғалар картасы",
  loading: "Карта жүктелуде…",
  failed: "Картаны жүктеу мүмкін болмады. Кезек пен нысан онсыз да бәрін атқарады.",
  noWebGl: "Бұл браузер картаны көрсете алмайды (WebGL жоқ). Кезекте әр оқиғаның орны бар, нысан координаттарды қабылдайды.",
  all: "Бәрін көрсету",
  closer: "Жақындату",
  farther: "Алыстату",
  newPlace: "жаңа, сақталмаған",
  hazard: "қауіпті аймақ",
  area: "аумақ",
  minutes: (minutes) => `${minutes}\u00a0мин`,
  ring: (metres) => `іздеу шеңбері ${f.distance(metres)}`,
};
