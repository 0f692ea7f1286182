// Reads the queue, follows the stream, and keeps what is known of the selected incident current.
import { batch, effect } from "@preact/signals";
import { ask } from "../shared/api_client";
import { readSession } from "../shared/session";
import { LiveStream, type StreamEvent } from "../shared/stream";
import type { components } from "../shared/api";
import { noteAssistantChange } from "./assistant_changes";
import { takeAnswers } from "./alarms/answers";
import { takePresence } from "./detail/colleagues";
import { takeHandovers } from "./handovers";
import { takeConversations } from "./public/waiting_messages";
import { takePositions } from "./map/people";
import { heldOrder } from "./queue/hold";
import * as s from "./state";

type AlarmEvent = components["schemas"]["AlarmEvent"];
type NoticeEvent = components["schemas"]["NoticeEvent"];

const PAGE = 200;
const PAGES_AT_MOST = 10;
const STATUS_EVERY_MS = 5_000;
/** Events of one moment are drawn together. */
const TOGETHER_MS = 100;
/** A busy incident changes several times a second; its detail is read at most this often. */
const READ_EVERY_MS = 1_000;
/** Whoever walks through the queue does not connect anew for each row. */
const SETTLED_MS = 300;

/** Of so many ended incidents the version is kept: a list that was asked for before their end must not bring them back. */
const ENDED_AT_MOST = 1_000;

const waiting = new Map<string, s.Row>();
/** The newest version that the stream told of an incident, also of one that has ended; the one told longest ago first. */
const versions = new Map<string, number>();
let drawing: ReturnType<typeof setTimeout> | null = null;
let rowListener: (row: s.Row) => void = () => undefined;

/** Called once with every new state of a row, before it is drawn. */
export function onRow(listener: (row: s.Row) => void): void {
  rowListener = listener;
}

const STANDING = ["alarm", "handover", "conversations", "presence", "positions"];

export function startLive(): () => void {
  const stream = new LiveStream({ url: urlFor(s.selectedId.value), standing: STANDING, onEvent: take, onReset: () => (noteAssistantChange(), void load()), onEnd: () => void readSession() });
  s.stream.value = stream;
  void load();
  const stopDetail = followDetail(stream);
  const poll = setInterval(() => void readStatus(), STATUS_EVERY_MS);
  void readStatus();
  return () => {
    clearInterval(poll);
    stopDetail();
    stream.close();
    s.stream.value = null;
  };
}

/** Positions, requests and notices of an incident come only to a stream that names it. */
function urlFor(id: string | null): string {
  return id === null ? "/v1/events?view=row" : `/v1/events?view=row&incident=${encodeURIComponent(id)}`;
}

function take(event: StreamEvent): void {
  if (event.name === "incident") takeRow(event.data as s.Row);
  else if (event.name === "positions") takePositions(event.data as Parameters<typeof takePositions>[0]);
  else if (event.name === "alarm") {
    const told = event.data as AlarmEvent;
    takeAnswers(told);
    if (s.status.value !== null) s.status.value = { ...s.status.value, alarms: told.alarms };
  } else if (event.name === "presence") takePresence(event.data as Parameters<typeof takePresence>[0]);
  else if (event.name === "handover") takeHandovers(event.data as Parameters<typeof takeHandovers>[0]);
  else if (event.name === "conversations") takeConversations(event.data as Parameters<typeof takeConversations>[0]);
  else if (event.name === "assistant") noteAssistantChange();
  else if (event.name === "notice") takeNotice(event.data as NoticeEvent);
}

/** How the notices of a request fare, without reading the incident again. */
function takeNotice(notice: NoticeEvent): void {
  const [found, reach] = [s.known.value, notice.reach];
  if (found === null || reach == null || notice.incident_id !== found.incident.id) return;
  const offers = found.incident.offers.map((offer) =>
    offer.id === notice.offer_id ? { ...offer, reach: [...(offer.reach ?? []).filter((one) => one.way !== reach.way), reach] } : offer,
  );
  s.known.value = { ...found, incident: { ...found.incident, offers } };
}

function takeRow(row: s.Row): void {
  const seen = versions.get(row.id) ?? -1;
  if (row.version < seen) return;
  versions.delete(row.id);
  versions.set(row.id, row.version);
  waiting.set(row.id, row);
  rowListener(row);
  drawing ??= setTimeout(draw, TOGETHER_MS);
}

function draw(): void {
  // Lines above the queue come and go with its rows: while a row is pressed nothing moves, not even for what ended.
  drawing = heldOrder.peek() === null ? null : setTimeout(draw, TOGETHER_MS);
  if (drawing !== null) return;
  const next = new Map(s.rows.value);
  for (const row of waiting.values()) {
    if (s.isOpen(row)) next.set(row.id, row);
    else next.delete(row.id);
  }
  const changed = [...waiting.keys()];
  waiting.clear();
  forgetEnded(next);
  batch(() => {
    s.rows.value = next;
    if (s.selectedId.value !== null && changed.includes(s.selectedId.value)) refreshDetail();
  });
}

function forgetEnded(open: ReadonlyMap<string, s.Row>): void {
  let surplus = versions.size - open.size - ENDED_AT_MOST;
  if (surplus <= 0) return;
  for (const id of versions.keys()) {
    if (open.has(id)) continue;
    versions.delete(id);
    if (--surplus <= 0) return;
  }
}

/** How many things are kept of incidents, for the test of their bounds. */
export function keptCounts(): Readonly<Record<string, number>> {
  return { versions: versions.size, waiting: waiting.size, rows: s.rows.value.size };
}

/** Reads the whole queue. What the stream told meanwhile is newer and stays. */
export async function load(): Promise<void> {
  const found = new Map<string, s.Row>();
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_AT_MOST; page++) {
    const query = { view: "row", sort: "urgency", limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } as const;
    const answer = await ask("get", "/v1/incidents", { query });
    if (!answer.ok) {
      s.loadProblem.value = answer.problem;
      return;
    }
    const { items, next } = answer.data as { items: s.Row[]; next: string | null };
    for (const row of items) found.set(row.id, row);
    if (next === null) break;
    cursor = next;
  }
  const merged = new Map<string, s.Row>();
  for (const row of found.values()) if ((versions.get(row.id) ?? -1) <= row.version) merged.set(row.id, row);
  for (const row of [...s.rows.value.values(), ...waiting.values()]) {
    const isNewer = row.version > (found.get(row.id)?.version ?? -1);
    // Not in the list and told by the stream: reported while the list was read.
    if (isNewer && s.isOpen(row) && (found.has(row.id) || waiting.has(row.id))) merged.set(row.id, row);
  }
  batch(() => {
    s.rows.value = merged;
    s.isLoaded.value = true;
    s.loadProblem.value = null;
  });
  for (const row of merged.values()) rowListener(row);
  if (s.selectedId.value !== null) refreshDetail();
}

export async function readStatus(): Promise<void> {
  const answer = await ask("get", "/v1/status", {});
  if (!answer.ok) return;
  batch(() => {
    s.status.value = answer.data;
    s.answeredAtMs.value = Date.now();
  });
}

let reading = false;
let again = false;
let readAtMs = -Infinity;

/** Reads the selected incident soon: an order of this operator, or an event, may have changed it. */
export function refreshDetail(): void {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  const wait = Math.max(0, readAtMs + READ_EVERY_MS - Date.now());
  setTimeout(() => void readDetail(), s.known.peek() === null ? 0 : wait);
}

async function readDetail(): Promise<void> {
  const id = s.selectedId.value;
  again = false;
  readAtMs = Date.now();
  if (id !== null) {
    const path = { incident_id: id };
    const [incident, timeline, decisions] = await Promise.all([
      ask("get", "/v1/incidents/{incident_id}", { path }),
      ask("get", "/v1/incidents/{incident_id}/timeline", { path, query: { limit: 100 } }),
      ask("get", "/v1/incidents/{incident_id}/decisions", { path, query: { limit: 60 } }),
    ]);
    // Another one may have been opened meanwhile: its own reading follows.
    if (s.selectedId.value === id) {
      if (incident.ok) {
        s.known.value = {
          incident: incident.data,
          timeline: timeline.ok ? timeline.data.items : (s.known.value?.timeline ?? []),
          decisions: decisions.ok ? decisions.data.items : (s.known.value?.decisions ?? []),
        };
        s.knownProblem.value = timeline.ok ? null : timeline.problem;
      } else s.knownProblem.value = incident.problem;
    } else again = true;
  }
  reading = false;
  if (again) refreshDetail();
}

function followDetail(stream: LiveStream): () => void {
  let settling: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const id = s.selectedId.value;
    if (id !== null) refreshDetail();
    clearTimeout(settling);
    settling = setTimeout(() => stream.readAt(urlFor(id)), SETTLED_MS);
  });
  return () => {
    clearTimeout(settling);
    stop();
  };
}
