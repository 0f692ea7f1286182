import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freshen, sharePosition } from "../../volunteer/position";
import { json } from "../support/answers";

interface Sent {
  readonly keepalive: boolean;
  readonly continues: readonly boolean[];
}
let sent: Sent[];
let watching: ((found: { coords: object }) => void) | null;
/** When the device was asked anew. */
let asked: number[];
let visible: DocumentVisibilityState;
let stop: () => void;
const wanted = signal(true);

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-22T08:00:00Z") });
  [sent, watching, visible, wanted.value, asked] = [[], null, "visible", true, []];
  vi.stubGlobal("fetch", (_: string, { keepalive, body }: RequestInit) => {
    const { fixes } = JSON.parse(String(body)) as { fixes: { continues: boolean }[] };
    sent.push({ keepalive: keepalive ?? false, continues: fixes.map((fix) => fix.continues) });
    return Promise.resolve(json({ next_after_s: 30 }));
  });
  vi.stubGlobal("navigator", {
    onLine: true,
    geolocation: { watchPosition: (found: typeof watching) => ((watching = found), 7), clearWatch: () => (watching = null), getCurrentPosition: (took: typeof watching) => (asked.push(Date.now()), took?.({ coords: { longitude: 76.9, latitude: 43.2, accuracy: 10 } })) },
  });
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visible);
  stop = sharePosition("v-1", () => wanted.value);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const found = async (): Promise<void> => {
  watching?.({ coords: { longitude: 76.9, latitude: 43.2, accuracy: 10 } });
  await vi.advanceTimersByTimeAsync(0);
};
async function turn(to: DocumentVisibilityState): Promise<void> {
  visible = to;
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
}

test("when the navigator app takes the screen, the last position says that none follow, in a request that outlives the page", async () => {
  await found();
  await turn("hidden");

  expect(sent).toEqual([
    { keepalive: false, continues: [true] },
    { keepalive: true, continues: [false] },
  ]);
});

test("back from it, the next position says at once that others follow", async () => {
  await found();
  await turn("hidden");
  await turn("visible");
  await found();

  expect(sent.at(-1)).toEqual({ keepalive: false, continues: [true] });
});

test("whoever shares no position says nothing when the page is hidden", async () => {
  await found();
  wanted.value = false;
  await turn("hidden");

  expect(watching).toBe(null);
  expect(sent.filter(({ continues }) => continues.includes(false))).toEqual([]);
});

test("who does not move is asked for anew, so that their place does not grow old", async () => {
  await turn("visible");
  await found();
  expect(sent).toHaveLength(1);

  await vi.advanceTimersByTimeAsync(125_000);

  expect(asked).toHaveLength(1);
  expect(sent).toHaveLength(2);
});

test("a call for help asks for the place at once, and only where it is shared", async () => {
  await turn("visible");
  freshen("v-1");
  expect(asked).toEqual([]);

  await found();
  freshen("v-1");
  await vi.advanceTimersByTimeAsync(0);

  expect([asked.length, sent.length]).toEqual([1, 2]);
});
