import { formats } from "../../../shared/formats";
import type { MapTexts } from "./shape";

const f = formats("ru");

export const ru: MapTexts = {
  label: "Карта открытых происшествий",
  loading: "Карта загружается…",
  failed: "Карту загрузить не удалось. Очередь и форма делают всё и без неё.",
  noWebGl: "Этот браузер не может показать карту (нет WebGL). В очереди у каждого происшествия есть место, а форма принимает координаты.",
  all: "Показать все",
  closer: "Ближе",
  farther: "Дальше",
  newPlace: "новое, не сохранено",
  hazard: "опасная зона",
  staging: "место сбора",
  area: "участок",
  minutes: (minutes) => `${minutes}\u00a0мин`,
  ring: (metres) => `круг поиска ${f.distance(metres)}`,
  people: (free, busy) => `на дежурстве: свободны ${f.number(free)}+, заняты ${f.number(busy)}+; без числа: свободных меньше 5; малые квадраты: от 5 человек`,
  window: "Отдельное окно",
  noStreets: "Карту улиц загрузить не удалось. Показаны районы и города.",
  credit: "Границы: OCHA COD-AB (CC BY-IGO), geokz (CC BY 4.0). Города: © участники OpenStreetMap (ODbL), GeoNames (CC BY 4.0)",
};
