// How far things are apart: a bar of a round length, in the reader's language, right at the middle of the map.
import { signal } from "@preact/signals";
import { METRES_PER_DEGREE } from "../../shared/earth";
import { f } from "../say";
import type { View } from "./engine";

/** What is seen now, also in the middle of a gesture; null without a map. */
export const seen = signal<View | null>(null);

const LONGEST_PX = 110;
/** MapLibre draws the earth 512 px wide at zoom 0. */
const WORLD_PX = 512;
const ROUND = [1, 2, 5] as const;

export function metresPerPixel({ centre, zoom }: View): number {
  return (360 * METRES_PER_DEGREE * Math.cos((centre.lat * Math.PI) / 180)) / (WORLD_PX * 2 ** zoom);
}

/** The longest of 1, 2 and 5 times a power of ten that fits. */
export function scaleOf(view: View): { readonly metres: number; readonly px: number } {
  const perPx = metresPerPixel(view);
  const most = LONGEST_PX * perPx;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = power * (ROUND.findLast((one) => one * power <= most) ?? 1);
  return { metres, px: Math.round(metres / perPx) };
}

export function MapScale() {
  if (seen.value === null) return null;
  const { metres, px } = scaleOf(seen.value);
  return <p class="map-scale" data-metres={metres} style={{ inlineSize: `${px}px` }}>{f().distance(metres)}</p>;
}
