import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PlainRequest, Result } from "../../shared/api_client";
import { Outbox } from "../../shared/outbox";
import { OutboxStore } from "../../shared/outbox_store";
import { localProblem } from "../../shared/problem";
import { FakeChannel } from "../support/channels";
import { FakeLocks } from "../support/locks";

/** Deterministic chance (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A server that applies each key once, behind a network that a test cuts. */
class Server {
  readonly applied: string[] = [];
  readonly attempts: string[] = [];
  cut: () => "before" | "after" | null = () => null;
  refuses = new Set<string>();

  readonly send = async (request: PlainRequest): Promise<Result<unknown>> => {
    const key = request.headers["Idempotency-Key"] ?? "";
    this.attempts.push(key);
    const cut = this.cut();
    if (cut === "before") return { ok: false, problem: localProblem("offline") };
    if (this.refuses.has(key)) {
      return { ok: false, problem: { ...localProblem("no_answer"), code: "offer_ended", status: 409, mayRepeat: false } };
    }
    if (!this.applied.includes(key)) this.applied.push(key);
    // The answer is lost on its way: the phone does not know that the server has it.
    if (cut === "after") return { ok: false, problem: localProblem("no_answer") };
    return { ok: true, data: null, status: 202, etag: null };
  };
}

let server: Server;
let name = 0;
const open: Outbox[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  server = new Server();
  name += 1;
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  vi.stubGlobal("navigator", { locks: new FakeLocks(), onLine: true });
});
afterEach(() => {
  for (const box of open.splice(0)) box.close();
  FakeChannel.all.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(): Promise<Outbox> {
  const box = await Outbox.open({ name: `outbox-${name}`, send: server.send });
  open.push(box);
  return box;
}

const saying = (key: string): Parameters<Outbox["say"]>[0] => ({ action: "accept", about: "o-1", method: "POST", url: "/v1/x", body: {}, key });
const states = (box: Outbox): string[] => box.items.value.map((item) => item.state);
const realPause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs timers and the store's own turns until nothing waits. */
async function drained(box: Outbox, withinMs = 60_000): Promise<void> {
  for (let passed = 0; passed < withinMs && states(box).some((state) => state === "saved" || state === "sent"); passed += 500) {
    await vi.advanceTimersByTimeAsync(500);
    for (let turn = 0; turn < 20; turn += 1) await realPause();
  }
}

test("what was said is saved first, then received", async () => {
  const box = await opened();
  await box.say(saying("a"));
  expect(states(box)[0]).toMatch(/saved|sent/);

  await drained(box);

  expect(states(box)).toEqual(["received"]);
  expect(box.items.value[0]?.tapped_at).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test("an answer under way reads as sent, never as received", async () => {
  server.cut = () => "after";
  const box = await opened();
  await box.say(saying("a"));
  for (let turn = 0; turn < 20; turn += 1) await realPause();

  expect(states(box)).toEqual(["sent"]);
});

test("a double tap says it once", async () => {
  const box = await opened();
  await Promise.all([box.say(saying("a")), box.say(saying("a"))]);

  await drained(box);

  expect(server.applied).toEqual(["a"]);
  expect(box.items.value).toHaveLength(1);
});

test("a refusal is shown with its code, and does not hold up what comes after it", async () => {
  server.refuses.add("a");
  const box = await opened();
  await box.say(saying("a"));
  await box.say(saying("b"));

  await drained(box);

  expect(states(box)).toEqual(["refused", "received"]);
  expect(box.items.value[0]?.problem).toBe("offer_ended");
});

test("within five seconds after the server answers again everything has left", async () => {
  let isAway = true;
  server.cut = () => (isAway ? "before" : null);
  const box = await opened();
  await box.say(saying("a"));
  await drained(box, 60_000);
  isAway = false;

  await drained(box, 5_000);

  expect(states(box)).toEqual(["received"]);
});

test("what was saved before a reload, or in another tab, is sent in its order", async () => {
  server.cut = () => "before";
  const first = await opened();
  await first.say(saying("a"));
  first.close();
  const [second, third] = [await opened(), await opened()];
  await third.say(saying("b"));
  await second.say(saying("c"));
  server.cut = () => null;

  await drained(second);
  await drained(third);

  expect(server.applied).toEqual(["a", "b", "c"]);
});

test("200 random cuts of the network lose nothing, double nothing and keep the order", async () => {
  for (let run = 0; run < 20; run += 1) {
    name += 1;
    server = new Server();
    const random = chance(run);
    let cuts = 0;
    server.cut = () => {
      if (cuts >= 10 || random() < 0.2) return null;
      cuts += 1;
      return random() < 0.5 ? "before" : "after";
    };
    const said = Array.from({ length: 5 }, (_, number) => `${run}-${number}`);
    let box = await opened();
    for (const key of said) {
      await box.say(saying(key));
      // The page is closed and opened again at any moment.
      if (random() < 0.4) {
        box.close();
        box = await opened();
      }
    }
    await drained(box);

    expect(server.applied).toEqual(said);
    expect(states(box)).toEqual(said.map(() => "received"));
    box.close();
  }
}, 60_000);

test("the person may forget what has ended, and nothing else", async () => {
  server.cut = () => "before";
  const box = await opened();
  await box.say(saying("a"));
  const [waiting] = box.items.value;
  if (waiting !== undefined) await box.forget(waiting);
  expect(box.items.value).toHaveLength(1);

  server.cut = () => null;
  await drained(box);
  const [received] = box.items.value;
  if (received !== undefined) await box.forget(received);

  expect(box.items.value).toHaveLength(0);
});

async function openedFor(owner: string, isPresent = (): boolean => true): Promise<Outbox> {
  const box = await Outbox.open({ name: `outbox-${name}`, send: server.send, owner, heir: "v-1", isPresent });
  open.push(box);
  return box;
}

test("what one person said waits for them, unseen by the next person on the device", async () => {
  let isAway = true;
  server.cut = () => (isAway ? "before" : null);
  const first = await openedFor("v-1");
  await first.say(saying("a"));
  for (let turn = 0; turn < 20; turn += 1) await realPause();
  first.close();
  isAway = false;
  const second = await openedFor("v-2");
  await second.say(saying("b"));
  await drained(second);

  expect(second.items.value.map((item) => item.key)).toEqual(["b"]);
  expect(server.applied).toEqual(["b"]);
  second.close();

  await drained(await openedFor("v-1"));

  expect(server.applied).toEqual(["b", "a"]);
});

test("nothing is sent while another tab has signed in somebody else", async () => {
  let isPresent = false;
  const box = await openedFor("v-1", () => isPresent);
  await box.say(saying("a"));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.attempts).toEqual([]);
  isPresent = true;

  await drained(box);

  expect(server.applied).toEqual(["a"]);
});

test("an answer without a person, of an older build, is of whoever was here last", async () => {
  server.cut = () => "before";
  const old = await OutboxStore.open(`outbox-${name}`);
  await old.add({ ...saying("a"), key: "a", body: "{}", tapped_at: "2026-11-27T00:00:00Z", state: "saved", problem: null });
  old.close();

  expect((await openedFor("v-2")).items.value).toEqual([]);
  expect((await openedFor("v-1")).items.value.map((item) => item.key)).toEqual(["a"]);
});

test("what a full device cannot save is sent all the same, in order, and told as unsaved", async () => {
  const box = await opened();
  await box.say(saying("a"));
  await drained(box);
  const full = (): never => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const writes = [vi.spyOn(IDBObjectStore.prototype, "add"), vi.spyOn(IDBObjectStore.prototype, "put")];
  for (const write of writes) write.mockImplementation(full);
  await Promise.all([box.say(saying("b")), box.say(saying("c"))]);
  expect(box.items.value.map((item) => item.isUnsaved)).toEqual([undefined, true, true]);
  for (const write of writes) write.mockRestore();
  await box.say(saying("d"));

  await drained(box);

  expect(server.applied).toEqual(["a", "b", "c", "d"]);
  expect(states(box)).toEqual(["received", "received", "received", "received"]);
});

test("a device that denies storage still sends", async () => {
  vi.spyOn(indexedDB, "open").mockImplementationOnce(() => {
    throw new DOMException("denied", "SecurityError");
  });
  const box = await opened();
  await box.say(saying("a"));

  await drained(box);

  expect(server.applied).toEqual(["a"]);
});
