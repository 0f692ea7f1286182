// How far two places are apart, along the great circle.
import { METRES_PER_DEGREE } from "../../shared/earth";
import type { LonLat } from "./picking";

const RADIANS = Math.PI / 180;

export function distanceM(a: LonLat, b: LonLat): number {
  const [one, other] = [a.lat * RADIANS, b.lat * RADIANS];
  const half = Math.sin((other - one) / 2) ** 2 + Math.cos(one) * Math.cos(other) * Math.sin(((b.lon - a.lon) * RADIANS) / 2) ** 2;
  return (2 * Math.asin(Math.min(1, Math.sqrt(half))) * METRES_PER_DEGREE) / RADIANS;
}
