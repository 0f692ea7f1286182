// What the panes of the console share: the open incidents as rows, which one is open in the detail, and what is known of it.
import { batch, computed, signal } from "@preact/signals";
import type { components } from "../shared/api";
import type { Problem } from "../shared/problem";
import type { LiveStream } from "../shared/stream";
import { openView } from "./views/route";

type Schemas = components["schemas"];
export type Row = Schemas["IncidentRow"];
export type Incident = Schemas["IncidentShown"];

/** Whether it has ended, done or called off. */
export function isOver({ status }: Pick<Incident, "status">): boolean {
  return status === "closed" || status === "cancelled";
}
export type Offer = Schemas["OfferOfIncident"];
export type Requirement = Schemas["RequirementShown"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Decision = Schemas["DecisionShown"];
export type Status = Schemas["Status"];

/** The open incidents by id. Replaced as a whole with every change, so that components compare by identity. */
export const rows = signal<ReadonlyMap<string, Row>>(new Map());
/** False until the queue was read once: an empty list must not read as "nothing is open". */
export const isLoaded = signal(false);
export const loadProblem = signal<Problem | null>(null);

/** The row that the keys move on, and the incident that the detail and the map show. */
export const cursorId = signal<string | null>(null);
export const selectedId = signal<string | null>(null);

export interface Known {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
  readonly decisions: readonly Decision[];
}
/** What is known of the selected incident; null while it is read. */
export const known = signal<Known | null>(null);
export const knownProblem = signal<Problem | null>(null);

/** A place that the map is asked to show, once. */
export const lookAt = signal<{ readonly lon: number; readonly lat: number } | null>(null);

export const status = signal<Status | null>(null);
export const stream = signal<LiveStream | null>(null);
/** Device time of the last answer to a request beside the stream: whether orders arrive while the stream is silent. */
export const answeredAtMs = signal<number | null>(null);
export const isStale = computed(() => stream.value?.state.value.isStale ?? true);

/** What takes the detail's place. `detail` also when nothing is selected. */
export type Place = "detail" | "report" | "invite" | "tasks" | "messages";
export const place = signal<Place>("detail");

export function openInvite(): void {
  openView(null);
  place.value = "invite";
}

export function select(id: string | null): void {
  batch(() => {
    // Whoever chooses an incident wants to see it.
    if (id !== null) openView(null);
    if (id !== null) cursorId.value = id;
    if (selectedId.value === id) return;
    selectedId.value = id;
    known.value = null;
    knownProblem.value = null;
  });
}

/** Ends of incidents are no state of a row: such a row leaves the queue. */
export function isOpen(row: { readonly status: Row["status"] }): boolean {
  return row.status !== "closed" && row.status !== "cancelled";
}
