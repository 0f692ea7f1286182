import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keptCounts, startLive } from "../../console/live";
import { hold, release } from "../../console/queue/hold";
import { type Row, rows } from "../../console/state";
import { FedStream, json } from "../support/answers";
import { FakeChannel } from "../support/channels";
import { FakeLocks } from "../support/locks";
import { AT_MS, row } from "./rows";

const OPEN = 50;
let fed: FedStream;
let listed: readonly Row[];
let stop: () => void;

beforeEach(async () => {
  vi.useFakeTimers({ now: AT_MS });
  [fed, listed, rows.value] = [new FedStream(), [], new Map()];
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  vi.stubGlobal("navigator", { locks: new FakeLocks(), onLine: true });
  vi.stubGlobal("fetch", (url: string) => {
    if (url.startsWith("/v1/events")) return Promise.resolve(fed.answer);
    return Promise.resolve(url.startsWith("/v1/incidents") ? json({ items: listed, next: null }) : json({ alarms: [] }));
  });
  stop = startLive();
  await vi.advanceTimersByTimeAsync(1);
});
afterEach(() => {
  stop();
  release();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const drawn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(200);

test("ten thousand changes of five thousand incidents leave what is open, and a bounded number of ended ones", async () => {
  for (let number = 0; number < 5_000; number++) {
    fed.send("incident", row(`i-${number}`));
    if (number >= OPEN) fed.send("incident", row(`i-${number - OPEN}`, { version: 2, status: "closed" }));
    if (number % 100 === 0) await drawn();
  }
  await drawn();

  expect(keptCounts()).toEqual({ versions: OPEN + 1_000, waiting: 0, rows: OPEN });
});

test("an incident that has ended does not come back by an older list", async () => {
  fed.send("incident", row("a", { version: 2, status: "closed" }));
  await drawn();
  listed = [row("a"), row("b")];
  fed.send("reset", {});
  await drawn();

  expect([...rows.value.keys()]).toEqual(["b"]);
});

test("while a row is pressed none appears and none goes; what was told meanwhile is drawn afterwards", async () => {
  fed.send("incident", row("held"));
  await drawn();
  hold(["held"]);
  fed.send("incident", row("held", { version: 2, status: "closed" }));
  fed.send("incident", row("next"));
  await drawn();
  expect([...rows.value.keys()]).toEqual(["held"]);

  release();
  await drawn();

  expect([...rows.value.keys()]).toEqual(["next"]);
});
