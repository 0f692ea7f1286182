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
  area: "участок",
  minutes: (minutes) => `${minutes}\u00a0мин`,
  ring: (metres) => `круг поиска ${f.distance(metres)}`,
};
