import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveStream, type StreamEvent, type StreamOptions } from "../../shared/stream";
import { FedStream, problem } from "../support/answers";
import { FakeChannel } from "../support/channels";
import { FakeLocks } from "../support/locks";

interface Asked {
  readonly url: string;
  readonly lastId: string | null;
  readonly stream: FedStream;
}

/** Connections in order, and what the server does with the next ones. */
let asked: Asked[];
let refusals: (() => Response | Error)[];
const open: LiveStream[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  [asked, refusals] = [[], []];
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  vi.stubGlobal("navigator", { locks: new FakeLocks(), onLine: true });
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const refusal = refusals.shift()?.();
    if (refusal instanceof Error) return Promise.reject(refusal);
    if (refusal !== undefined) return Promise.resolve(refusal);
    const stream = new FedStream();
    asked.push({ url, lastId: new Headers(init.headers).get("Last-Event-ID"), stream });
    init.signal?.addEventListener("abort", () => stream.fail());
    return Promise.resolve(stream.answer);
  });
});

afterEach(() => {
  for (const one of open.splice(0)) one.close();
  FakeChannel.all.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

interface Tab {
  readonly stream: LiveStream;
  readonly events: StreamEvent[];
  readonly calls: string[];
}

function tab(more: Partial<StreamOptions> = {}): Tab {
  const [events, calls]: [StreamEvent[], string[]] = [[], []];
  const stream = new LiveStream({
    onEvent: (event) => void events.push(event),
    onReset: () => void calls.push("reset"),
    onEnd: () => void calls.push("end"),
    random: () => 1,
    ...more,
  });
  open.push(stream);
  return { stream, events, calls };
}

/** Lets what waits for promises happen, without time passing. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const names = (of: Tab): unknown[] => of.events.map((event) => event.data);

test("ten tabs have one connection, and each gets every event once and in order", async () => {
  const tabs = Array.from({ length: 10 }, () => tab());
  await settle();

  asked[0]?.stream.send("incident", 1, "a");
  asked[0]?.stream.send("incident", 2, "b");
  await settle();

  expect(asked).toHaveLength(1);
  for (const one of tabs) expect(names(one)).toEqual([1, 2]);
  expect(tabs.filter((one) => one.stream.state.value.isLeader)).toHaveLength(1);
});

test("a tab that comes later is told what stands, without another connection", async () => {
  const standing = ["alarm", "conversations"];
  const first = tab({ standing });
  await settle();
  const alarms = [{ is_complete: true, answers: [] }, { is_complete: false, answers: ["heard"] }];
  asked[0]?.stream.send("conversations", { waiting: 1 });
  for (const alarm of alarms) asked[0]?.stream.send("alarm", alarm);
  asked[0]?.stream.send("incident", 1, "a");
  asked[0]?.stream.send("conversations", { waiting: 2 });
  await settle();

  const [second, other] = [tab({ standing }), tab()];
  await settle();
  asked[0]?.stream.send("conversations", { waiting: 3 });
  await settle();

  expect(asked).toHaveLength(1);
  expect(names(second)).toEqual([...alarms, { waiting: 2 }, { waiting: 3 }]);
  expect(names(other)).toEqual([{ waiting: 3 }]);
  expect(names(first)).toHaveLength(6);
});

test("what stood in an earlier connection is not told any more", async () => {
  const standing = ["presence"];
  const first = tab({ standing });
  await settle();
  asked[0]?.stream.send("presence", { incident_id: "i-1" });
  await settle();
  first.stream.readAt("/v1/events?incident=i-2");
  await settle();

  const second = tab({ standing });
  await settle();

  expect(names(second)).toEqual([]);
});

test("after the end of a session nothing that stood in it is told", async () => {
  const standing = ["presence"];
  const first = tab({ standing });
  await settle();
  asked[0]?.stream.send("presence", { incident_id: "i-1" });
  await settle();
  refusals.push(() => problem("session_ended", 401));
  asked[0]?.stream.fail();
  await vi.advanceTimersByTimeAsync(1_000);

  const second = tab({ standing });
  await settle();

  expect(first.calls).toEqual(["end"]);
  expect(names(second)).toEqual([]);
});

test("more additions than are kept let the leader be told anew", async () => {
  tab({ standing: ["alarm"] });
  await settle();
  for (let number = 0; number < 201; number += 1) asked[0]?.stream.send("alarm", { is_complete: false });
  await settle();

  expect(asked).toHaveLength(2);
});

test("when the leading tab closes, another continues after the last event", async () => {
  const [first, second] = [tab(), tab()];
  await settle();
  asked[0]?.stream.send("incident", 1, "a");
  await settle();

  first.stream.close();
  await settle();
  asked[1]?.stream.send("incident", 2, "b");
  await settle();

  expect(asked[1]?.lastId).toBe("a");
  expect(names(second)).toEqual([1, 2]);
});

test("ten seconds without a byte are stale, and a comment is a sign of life", async () => {
  const [first, second] = [tab(), tab()];
  await settle();
  asked[0]?.stream.send("ready", {}, "a");
  await settle();
  expect(first.stream.state.value.isStale).toBe(false);

  await vi.advanceTimersByTimeAsync(9_000);
  asked[0]?.stream.comment();
  await vi.advanceTimersByTimeAsync(9_000);
  expect([first, second].map((one) => one.stream.state.value.isStale)).toEqual([false, false]);

  await vi.advanceTimersByTimeAsync(1_000);
  expect([first, second].map((one) => one.stream.state.value.isStale)).toEqual([true, true]);
});

test("a connection that died silently is opened anew from where it was", async () => {
  const one = tab();
  await settle();
  asked[0]?.stream.send("incident", 1, "a");
  await settle();

  await vi.advanceTimersByTimeAsync(16_000);

  expect(asked.map((connection) => connection.lastId)).toEqual([null, "a"]);
  asked[1]?.stream.comment();
  await settle();
  expect(one.stream.state.value.isStale).toBe(false);
});

test("a visible tab takes over from a leader that hangs", async () => {
  const first = tab();
  await settle();
  // It holds the lock and tells the others nothing.
  for (const channel of [...FakeChannel.all]) channel.close();
  const second = tab();

  await vi.advanceTimersByTimeAsync(31_000);

  expect(first.stream.state.value.isLeader).toBe(false);
  expect(second.stream.state.value.isLeader).toBe(true);
});

test("attempts come at growing distances, with a limit, and at once when the network is back", async () => {
  refusals = Array.from({ length: 9 }, () => () => new TypeError("network"));
  const one = tab();
  await settle();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    const due = one.stream.state.value.nextTryAtMs ?? 0;
    waits.push(due - Date.now());
    await vi.advanceTimersByTimeAsync(due - Date.now());
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);

  refusals = [];
  window.dispatchEvent(new Event("online"));
  await settle();

  expect(asked).toHaveLength(1);
});

test("the server's Retry-After is kept", async () => {
  refusals = [() => problem("too_many_live_views", 429, {}, { "Retry-After": "30" })];
  const one = tab();
  await settle();

  expect((one.stream.state.value.nextTryAtMs ?? 0) - Date.now()).toBe(30_000);
});

test("a reset, or a position that the server does not know, loads the state again", async () => {
  const one = tab();
  await settle();
  asked[0]?.stream.send("incident", 1, "a");
  asked[0]?.stream.send("reset", { reason: "too old" });
  asked[0]?.stream.close();
  await vi.advanceTimersByTimeAsync(1_000);

  expect(one.calls).toEqual(["reset"]);
  expect(asked[1]?.lastId).toBe(null);
});

test("the end of a session is told", async () => {
  refusals = [() => problem("unauthenticated", 401)];
  const one = tab();
  await settle();

  expect(one.calls).toEqual(["end"]);
});

test("another address is read in every tab, without losing an event", async () => {
  const [, second] = [tab(), tab()];
  await settle();
  asked[0]?.stream.send("incident", 1, "a");
  await settle();

  second.stream.readAt("/v1/events?view=row&incident=i1");
  await settle();

  expect(asked.map((connection) => [connection.url, connection.lastId])).toEqual([
    ["/v1/events", null],
    ["/v1/events?view=row&incident=i1", "a"],
  ]);
});
