// What a typed or pasted text means as a place. The server knows names, coordinates in both orders, DMS, plus codes and map links.
import { type Signal, signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import type { Problem } from "../../shared/problem";
import { lookedAt } from "../map/picking";
import type { ChosenPlace, Names } from "./draft";

type Form = components["schemas"]["Form"];
type PlaceShown = components["schemas"]["PlaceShown"];

export interface FoundPlace extends ChosenPlace {
  readonly id: string;
  readonly kind: string;
  readonly isOutside: boolean;
  /** From the middle of the map, or of the deployment; null where neither is known. */
  readonly distanceM: number | null;
}

export type Lookup =
  | { readonly kind: "none" }
  | { readonly kind: "looking"; readonly text: string }
  | { readonly kind: "found"; readonly text: string; readonly form: Form; readonly items: readonly FoundPlace[] }
  | { readonly kind: "failed"; readonly text: string; readonly problem: Problem };

const PAUSE_MS = 120;
const LIMIT = 6;
const LONGEST = 300;

export function placeOf(one: PlaceShown): FoundPlace | null {
  if (one.location.type !== "Point") return null;
  const [lon, lat] = one.location.coordinates;
  const name: Names | null = one.kind === "point" ? null : one.name;
  return { id: one.id, kind: one.kind, lon, lat, name, district: one.district, region: one.region, isOutside: one.is_outside, distanceM: one.distance_m };
}

/** The answer that needs no choice: coordinates, a plus code or a link name one point. */
export function onlyPoint(of: Lookup): FoundPlace | null {
  if (of.kind !== "found" || of.form === "name" || of.form === "street") return null;
  return of.items.length === 1 ? (of.items[0] ?? null) : null;
}

/** Looks up while somebody types; answers to older texts are dropped. */
export class PlaceLookup {
  readonly state: Signal<Lookup> = signal({ kind: "none" });
  private running: AbortController | null = null;
  private pending: Promise<Lookup> = Promise.resolve({ kind: "none" });

  constructor(private readonly read: typeof readPlaces = readPlaces) {}

  look(typed: string): void {
    this.running?.abort();
    const text = typed.trim().slice(0, LONGEST);
    if (text === "") return this.settleAs({ kind: "none" });
    const mine = (this.running = new AbortController());
    this.state.value = { kind: "looking", text };
    this.pending = this.find(text, mine.signal);
  }

  /** The answer to the text typed last: sending waits for it. */
  settled(): Promise<Lookup> {
    return this.pending;
  }

  close(): void {
    this.running?.abort();
    // A look-up that ends early is told what came after it, so something must have come.
    if (this.state.value.kind === "looking") this.settleAs({ kind: "none" });
  }

  private settleAs(known: Lookup): void {
    this.state.value = known;
    this.pending = Promise.resolve(known);
  }

  private async find(text: string, ends: AbortSignal): Promise<Lookup> {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (ends.aborted) return this.pending;
    const found = await this.read(text, ends);
    if (ends.aborted) return this.pending;
    this.state.value = found;
    return found;
  }
}

async function readPlaces(text: string, signal: AbortSignal): Promise<Lookup> {
  const near = lookedAt();
  const query = { q: text, limit: LIMIT, ...(near === null ? {} : { near: `${near.lon},${near.lat}` }) };
  const answer = await ask("get", "/v1/places", { query, signal });
  if (!answer.ok) return { kind: "failed", text, problem: answer.problem };
  const items = answer.data.items.flatMap((one) => placeOf(one) ?? []);
  return { kind: "found", text, form: answer.data.understood_as, items };
}

/** District and region of a point, for a click on the map. Null: outside the country, or nobody answered. */
export async function districtAt(lon: number, lat: number): Promise<Pick<ChosenPlace, "district" | "region"> | null> {
  const answer = await ask("get", "/v1/places/at", { query: { lon, lat } });
  return answer.ok ? { district: answer.data.district, region: answer.data.region } : null;
}

/** In metres. From here on a place of the same name is likelier a mistake. */
const FAR_M = 100_000;
export const isFar = (of: ChosenPlace): boolean => (of.distanceM ?? 0) > FAR_M;

const DIGITS = 5;
/** Latitude first, as people read them out; 5 digits are 1 m. */
export function coordinatesText(of: { readonly lon: number; readonly lat: number }): string {
  return `${of.lat.toFixed(DIGITS)}, ${of.lon.toFixed(DIGITS)}`;
}
