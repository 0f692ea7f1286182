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
  staging: "жиналу орны",
  area: "аумақ",
  minutes: (minutes) => `${minutes}\u00a0мин`,
  ring: (metres) => `іздеу шеңбері ${f.distance(metres)}`,
  people: (free, busy) => `кезекшілікте: бос ${f.number(free)}+, бос емес ${f.number(busy)}+; саны жоқ болса: 5 адамнан аз бос; шағын шаршылар: 5 адамнан бастап`,
  window: "Бөлек терезе",
  noStreets: "Көше картасын жүктеу мүмкін болмады. Аудандар мен қалалар көрсетілді.",
  credit: "Шекаралар: OCHA COD-AB (CC BY-IGO), geokz (CC BY 4.0). Қалалар: © OpenStreetMap қатысушылары (ODbL), GeoNames (CC BY 4.0)",
};
