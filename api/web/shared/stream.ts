// ONE event stream per browser. The tab that holds a Web Lock reads it and tells the others; when it closes, the next tab continues
// after the last event. Without bytes for ten seconds everything live is stale, and every tab says so.
import { type Signal, signal } from "@preact/signals";
import type { EventSourceMessage } from "eventsource-parser";
import { type Ended, readStream } from "./stream_source";

export const STALE_AFTER_MS = 10_000;
/** Silence after which the leader connects anew, and then another tab takes over: a connection can die without an end. */
const RECONNECT_AFTER_MS = 15_000;
const TAKE_OVER_AFTER_MS = 30_000;
const LOOK_EVERY_MS = 250;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const NAME = "komek-stream";
/** Standing events that are kept at most; then the leader connects anew and is told them whole. */
const STANDING_AT_MOST = 200;

export interface StreamEvent {
  /** Name of the event: `incident`, `offer`, … (schemas `…Event` of the API). */
  readonly name: string;
  readonly data: unknown;
  readonly id: string | null;
}
export interface StreamState {
  readonly isStale: boolean;
  /** Device time of the last sign of life; null before the first. */
  readonly livedAtMs: number | null;
  /** When the next attempt is due, device time; null while connected. */
  readonly nextTryAtMs: number | null;
  readonly isLeader: boolean;
}
type Told =
  | { readonly kind: "event"; readonly event: StreamEvent }
  | { readonly kind: "life"; readonly lastId: string | null }
  | { readonly kind: "try"; readonly atMs: number }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "join"; readonly from: string }
  | { readonly kind: "standing"; readonly to: string; readonly events: readonly StreamEvent[] };

export interface StreamOptions {
  readonly url?: string;
  /** Each event once in each tab, in order. */
  readonly onEvent: (event: StreamEvent) => void;
  /** The state must be loaded again: after `reset`, and after a connection that could not continue. */
  readonly onReset: () => void;
  /** The session has ended (`end`, 401) or is that of somebody else (409). */
  readonly onEnd: () => void;
  readonly random?: () => number;
  /** Names of events that a connection tells at its start and then when they change: the leader keeps the last, for tabs that come
   * later. One with `is_complete: false` adds to those before it. */
  readonly standing?: readonly string[];
}

export class LiveStream {
  readonly state: Signal<StreamState> = signal({ isStale: true, livedAtMs: null, nextTryAtMs: null, isLeader: false });
  private readonly channel = new BroadcastChannel(NAME);
  private readonly ended = new AbortController();
  private url: string;
  private readonly random: () => number;
  /** Ends when this tab leads no more. */
  private term: AbortController | null = null;
  private connection: AbortController | null = null;
  private readonly tabId = crypto.randomUUID();
  private standing: StreamEvent[] = [];
  private lastId: string | null = null;
  private failures = 0;
  private readonly startedAtMs = Date.now();
  /** When silence made this tab connect anew or take over. */
  private actedAtMs = -Infinity;
  private skipPause: (() => void) | null = null;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(private readonly options: StreamOptions) {
    this.url = options.url ?? "/v1/events";
    this.random = options.random ?? Math.random;
    this.channel.onmessage = ({ data }: MessageEvent<Told>) => this.hear(data);
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    window.addEventListener("online", this.tryNow);
    document.addEventListener("visibilitychange", this.tryNow);
    this.contend(false);
    if (options.standing !== undefined) this.channel.postMessage({ kind: "join", from: this.tabId } satisfies Told);
  }

  /** Closes this tab's part; another tab continues. */
  close(): void {
    this.ended.abort();
    this.term?.abort();
    clearInterval(this.timer);
    window.removeEventListener("online", this.tryNow);
    document.removeEventListener("visibilitychange", this.tryNow);
    this.channel.close();
  }

  /** Connects at once instead of at the next attempt. */
  readonly tryNow = (): void => {
    if (document.visibilityState === "visible") this.skipPause?.();
  };

  /** Reads from another address, in every tab: the open incident or the visible part of the map has changed. Loses no event. */
  readAt(url: string): void {
    if (url !== this.url) this.tell({ kind: "url", url });
  }

  private contend(steal: boolean): void {
    const asked = steal ? { steal } : { signal: this.ended.signal };
    const lead = (): Promise<void> => this.lead();
    // Rejected when another tab steals the lock, or this tab closes: then this tab only listens, and waits for its turn.
    navigator.locks.request(NAME, asked, lead).catch(() => this.followAgain());
  }

  private followAgain(): void {
    this.term?.abort();
    this.set({ isLeader: false });
    if (!this.ended.signal.aborted) this.contend(false);
  }

  private async lead(): Promise<void> {
    const term = (this.term = new AbortController());
    this.set({ isLeader: true });
    while (!term.signal.aborted) {
      this.connection = new AbortController();
      const handlers = {
        onEvent: (event: EventSourceMessage): void => this.receive(event.event ?? "message", event.data, event.id ?? null),
        onLife: (): void => this.live(),
      };
      const until = AbortSignal.any([term.signal, this.connection.signal]);
      const ended = await readStream(this.url, this.lastId, handlers, until);
      // The next connection tells it anew, perhaps to another person.
      this.standing = [];
      if (!term.signal.aborted && !this.connection.signal.aborted) await this.afterwards(ended);
    }
  }

  /** Waits until the next attempt is due. */
  private async afterwards(ended: Ended): Promise<void> {
    if ([401, 403, 409].includes(ended.status)) {
      this.options.onEnd();
      await this.pause(LONGEST_PAUSE_MS);
    } else if (ended.status === 422 && this.lastId !== null) {
      // The position is none of this deployment.
      this.lastId = null;
      this.options.onReset();
    } else await this.pause(ended.why === "asked" ? ended.waitMs : this.nextPauseMs());
  }

  private nextPauseMs(): number {
    this.failures += 1;
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.failures - 1));
    return longest * (0.5 + this.random() / 2);
  }

  private pause(ms: number): Promise<void> {
    this.tell({ kind: "try", atMs: Date.now() + ms });
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.term?.signal.removeEventListener("abort", done);
        this.skipPause = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.skipPause = done;
      this.term?.signal.addEventListener("abort", done);
    });
  }

  private receive(name: string, data: string, id: string | null): void {
    this.failures = 0;
    const event = { name, data: JSON.parse(data) as unknown, id };
    this.keep(event);
    this.tell({ kind: "event", event });
  }

  private keep(event: StreamEvent): void {
    if (!this.options.standing?.includes(event.name)) return;
    const isAddition = (event.data as { is_complete?: boolean }).is_complete === false;
    this.standing = [...(isAddition ? this.standing : this.standing.filter((one) => one.name !== event.name)), event];
    if (this.standing.length > STANDING_AT_MOST) this.connection?.abort();
  }

  private live(): void {
    this.tell({ kind: "life", lastId: this.lastId });
  }

  /** To every tab, this one included. */
  private tell(told: Told): void {
    if (this.ended.signal.aborted) return;
    this.channel.postMessage(told);
    this.hear(told);
  }

  private hear(told: Told): void {
    if (told.kind === "try") {
      this.set({ nextTryAtMs: told.atMs });
      return;
    }
    if (told.kind === "join") {
      const mine: Told = { kind: "standing", to: told.from, events: this.standing };
      if (this.state.value.isLeader) this.channel.postMessage(mine);
      return;
    }
    if (told.kind === "standing") {
      if (told.to === this.tabId) told.events.forEach(this.options.onEvent);
      return;
    }
    if (told.kind === "url") {
      this.url = told.url;
      this.connection?.abort();
      return;
    }
    this.set({ livedAtMs: Date.now(), isStale: false, nextTryAtMs: null });
    if (told.kind === "life") {
      this.lastId = told.lastId ?? this.lastId;
      return;
    }
    const { event } = told;
    this.lastId = event.id ?? this.lastId;
    if (event.name === "reset") {
      this.lastId = null;
      this.options.onReset();
    } else if (event.name === "end") this.options.onEnd();
    else this.options.onEvent(event);
  }

  private look(): void {
    const { livedAtMs, isStale, isLeader, nextTryAtMs } = this.state.value;
    const silentMs = Date.now() - (livedAtMs ?? this.startedAtMs);
    if (silentMs >= STALE_AFTER_MS && !isStale) this.set({ isStale: true });
    if (nextTryAtMs !== null || Date.now() - this.actedAtMs < RECONNECT_AFTER_MS) return;
    if (isLeader && silentMs >= RECONNECT_AFTER_MS) {
      this.actedAtMs = Date.now();
      this.connection?.abort();
    } else if (!isLeader && silentMs >= TAKE_OVER_AFTER_MS && document.visibilityState === "visible") {
      // The leader is frozen or hangs: its lock would be held for ever.
      this.actedAtMs = Date.now();
      this.contend(true);
    }
  }

  private set(change: Partial<StreamState>): void {
    this.state.value = { ...this.state.value, ...change };
  }
}
