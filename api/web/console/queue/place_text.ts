// Where an incident is, in words: the nearest place and its district, in the reader's language. Until they are known, coordinates.
import { signal } from "@preact/signals";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { language } from "../../shared/language";
import { coordinates } from "../say";
import type { Row } from "../state";
import { t } from "../text";

type PlaceAt = components["schemas"]["PlaceAt"];
interface LonLat {
  readonly lon: number;
  readonly lat: number;
}

/** A name further away says where the incident is not. */
const NEAREST_WITHIN_M = 10_000;
const AT_ONCE = 2;
const KEPT_AT_MOST = 2_000;
/** By rounded place, about 100 m. null: outside the country, or not known. */
const names = signal<ReadonlyMap<string, PlaceAt | null>>(new Map());
const wanted = new Map<string, LonLat>();
const asked = new Set<string>();
let running = 0;

const keyOf = (place: LonLat): string => `${place.lon.toFixed(3)} ${place.lat.toFixed(3)}`;

export function placeText(row: Pick<Row, "place">): string {
  return row.place === null ? t().own.desk.queue.noPlace : (nameAt(row.place) ?? coordinates(row.place));
}

/** The name of a place; null until it is known. Asks for it once. */
export function nameAt(place: LonLat): string | null {
  const key = keyOf(place);
  const found = names.value.get(key);
  if (found === undefined) want(key, place);
  if (found == null) return null;
  const own = language.value;
  const near = found.nearest !== null && found.nearest.distance_m <= NEAREST_WITHIN_M ? `${found.nearest.name[own]}, ` : "";
  return `${near}${found.district[own]}`;
}

function want(key: string, place: LonLat): void {
  if (asked.has(key)) return;
  asked.add(key);
  wanted.set(key, place);
  // Not while a component is drawn.
  queueMicrotask(next);
}

function next(): void {
  const first = wanted.entries().next().value;
  if (first === undefined || running >= AT_ONCE) return;
  wanted.delete(first[0]);
  running += 1;
  void read(...first).finally(() => {
    running -= 1;
    next();
  });
  next();
}

async function read(key: string, place: LonLat): Promise<void> {
  const answer = await ask("get", "/v1/places/at", { query: { lon: place.lon, lat: place.lat } });
  if (!answer.ok && answer.problem.mayRepeat) {
    asked.delete(key);
    return;
  }
  const next = new Map([...names.peek(), [key, answer.ok ? answer.data : null]]);
  const oldest = next.size > KEPT_AT_MOST ? next.keys().next().value : undefined;
  // Asked for once more, should somebody look at it again.
  if (oldest !== undefined && next.delete(oldest)) asked.delete(oldest);
  names.value = next;
}
