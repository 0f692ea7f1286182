// Sends what people said, in order, each exactly once by its key, from one tab at a time, also after a reload.
import { type Signal, signal } from "@preact/signals";
import { type PlainRequest, type Result, freshKey, isOfAnother, linkHeader, send } from "./api_client";
import { serverNow } from "./clock";
import { type OutboxItem, OutboxStore } from "./outbox_store";

/** The server answers again: everything has left the device within five seconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4_000;
/** Received items stay visible for a while; their number is bounded. */
const RECEIVED_KEPT = 20;
/** Of the answers of sessions; those by links have a store of their own, where no ended session holds them up. */
export const OUTBOX = "komek-outbox";

export interface Saying {
  readonly action: string;
  readonly about: string;
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly body?: unknown;
  /** Given: said by a one-offer link. */
  readonly link?: string;
  /** Given: the intention has one already (a form, a button that may be tapped twice). */
  readonly key?: string;
}
export type SendItem = (request: PlainRequest) => Promise<Result<unknown>>;

export interface Opening {
  readonly name?: string;
  readonly send?: SendItem;
  /** Whose answers these are. Those of others on this device are neither shown nor sent nor deleted. Null: of links. */
  readonly owner?: string | null;
  /** Whose the items are that an older build saved without a person. */
  readonly heir?: string | null;
  /** Whether the session of this browser is the owner's. */
  readonly isPresent?: () => boolean;
}

export class Outbox {
  /** All items of the owner, oldest first, of every tab. */
  readonly items: Signal<readonly OutboxItem[]> = signal([]);
  private readonly channel: BroadcastChannel;
  private readonly lock: string;
  private readonly closed = new AbortController();
  private wake: (() => void) | null = null;
  private draining = false;

  private constructor(
    private readonly store: OutboxStore,
    private readonly send: SendItem,
    name: string,
    private readonly owner: string | null,
    private readonly isPresent: () => boolean,
  ) {
    // One person's answers that wait never hold up another's.
    this.lock = `${name} ${owner ?? ""}`;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = () => void this.refresh();
    window.addEventListener("online", this.tryNow);
    document.addEventListener("visibilitychange", this.tryNow);
  }

  static async open(options: Opening = {}): Promise<Outbox> {
    // One attempt each: this file decides when to repeat.
    const { name = OUTBOX, owner = null, heir = owner, isPresent = () => true } = options;
    const store = await OutboxStore.open(name);
    for (const item of await store.all()) if (item.owner === undefined) await store.put({ ...item, owner: heir });
    const box = new Outbox(store, options.send ?? ((request) => send(request, undefined, 0)), name, owner, isPresent);
    await box.refresh();
    box.drainInBackground();
    return box;
  }

  /** Stored when the promise resolves; where the device has no space it is only in this page (`isUnsaved`). Sent at once if possible. */
  async say(saying: Saying): Promise<string> {
    const key = saying.key ?? freshKey();
    await this.store.add({
      key,
      method: saying.method,
      url: saying.url,
      body: saying.body === undefined ? null : JSON.stringify(saying.body),
      action: saying.action,
      about: saying.about,
      tapped_at: new Date(serverNow()).toISOString(),
      state: "saved",
      problem: null,
      owner: this.owner,
      ...(saying.link === undefined ? {} : { link: saying.link }),
    });
    await this.changed();
    this.drainInBackground();
    return key;
  }

  /** Sends now instead of at the next attempt: the network is back, or the person asks for it. */
  readonly tryNow = (): void => {
    if (document.visibilityState !== "visible") return;
    this.wake?.();
    this.drainInBackground();
  };

  /** Forgets an item that the person has read about. Nothing that may still be sent. */
  async forget(item: OutboxItem): Promise<void> {
    if (item.state !== "received" && item.state !== "refused") return;
    await this.store.remove(item.seq);
    await this.changed();
  }

  close(): void {
    this.closed.abort();
    window.removeEventListener("online", this.tryNow);
    document.removeEventListener("visibilitychange", this.tryNow);
    this.channel.close();
    this.store.close();
  }

  private drainInBackground(): void {
    if (this.draining || this.closed.signal.aborted) return;
    this.draining = true;
    const drain = (): Promise<void> => this.drain();
    navigator.locks
      .request(this.lock, { signal: this.closed.signal }, drain)
      .catch(() => undefined)
      .finally(() => {
        this.draining = false;
        // Something may have been said between the last look and the end.
        if (this.items.value.some(isWaiting)) this.drainInBackground();
      });
  }

  private async drain(): Promise<void> {
    for (let failures = 0; !this.closed.signal.aborted; ) {
      // Read again each time: another tab may have said something, and the order is that of the store.
      const next = (await this.own()).find(isWaiting);
      if (next === undefined) return;
      if (await this.deliver(next)) failures = 0;
      else await this.pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++));
    }
  }

  /** One attempt. False: nobody answered, or the server asked for a repeat; the item keeps its place. */
  private async deliver(item: OutboxItem): Promise<boolean> {
    // Without a network nothing leaves the device, and the page must not say that it did. In another's name nothing may leave.
    if (!navigator.onLine || !this.isPresent()) return false;
    // Before the request: if the tab ends now, the item may be at the server, and must not read as never sent.
    await this.keep({ ...item, state: "sent" });
    const headers: Record<string, string> = { Accept: "application/json", "Idempotency-Key": item.key };
    if (item.body !== null) headers["Content-Type"] = "application/json";
    if (item.link !== undefined) Object.assign(headers, linkHeader(item.link));
    const result = await this.send({ method: item.method, url: item.url, headers, body: item.body });
    if (result.ok) await this.keep({ ...item, state: "received" });
    else if (isOfAnother(result.problem)) {
      // Nothing was taken: it waits for its person as it did before.
      await this.keep(item);
      return false;
    } else if (result.problem.mayRepeat) return false;
    else await this.keep({ ...item, state: "refused", problem: result.problem.code });
    await this.tidy();
    return true;
  }

  private async keep(item: OutboxItem): Promise<void> {
    if (this.closed.signal.aborted) return;
    await this.store.put(item);
    await this.changed();
  }

  private async tidy(): Promise<void> {
    const received = this.items.value.filter((item) => item.state === "received");
    for (const item of received.slice(0, Math.max(0, received.length - RECEIVED_KEPT))) await this.store.remove(item.seq);
  }

  private async changed(): Promise<void> {
    this.channel.postMessage("changed");
    await this.refresh();
  }

  private async refresh(): Promise<void> {
    if (!this.closed.signal.aborted) this.items.value = await this.own();
  }

  private async own(): Promise<OutboxItem[]> {
    return (await this.store.all()).filter((item) => item.owner === this.owner);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wake = done;
      this.closed.signal.addEventListener("abort", done, { once: true });
    });
  }
}

function isWaiting(item: OutboxItem): boolean {
  return item.state === "saved" || item.state === "sent";
}
