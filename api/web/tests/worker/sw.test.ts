import { beforeEach, expect, test, vi } from "vitest";

type Handler = (event: object) => void;
interface Worker {
  readonly files: readonly string[];
  readonly handlers: Map<string, Handler>;
}
let caches: Map<string, Map<string, string>>;
let skipped: number;
let network: string[];

/** The worker of one build, as a browser starts it: every build has its own script, all have the same caches. */
async function worker(build: string, files: readonly string[]): Promise<Worker> {
  const handlers = new Map<string, Handler>();
  vi.resetModules();
  vi.stubGlobal("__BUILD__", build);
  vi.stubGlobal("self", {
    addEventListener: (name: string, handler: Handler) => handlers.set(name, handler),
    skipWaiting: () => (skipped += 1),
    clients: { claim: () => (skipped += 1), matchAll: () => Promise.resolve([]) },
  });
  vi.stubGlobal("caches", {
    open: (name: string) => {
      const kept = caches.get(name) ?? new Map<string, string>();
      caches.set(name, kept);
      return Promise.resolve({
        addAll: (paths: readonly string[]) => Promise.resolve(paths.forEach((path) => kept.set(path, build))),
        match: (path: string) => Promise.resolve(kept.get(path)),
      });
    },
    keys: () => Promise.resolve([...caches.keys()]),
    delete: (name: string) => Promise.resolve(caches.delete(name)),
  });
  vi.stubGlobal("fetch", (request: { url: string }) => (network.push(request.url), Promise.resolve("network")));
  await import("../../worker/sw");
  return { files, handlers };
}

/** What the event's promise gives. */
async function fire({ files, handlers }: Worker, name: string, more: object = {}): Promise<unknown> {
  // The build writes it into each script.
  vi.stubGlobal("__FILES__", files);
  let [work, isTaken]: [unknown, boolean] = [undefined, false];
  const take = (given: unknown): void => void ([work, isTaken] = [given, true]);
  handlers.get(name)?.({ waitUntil: take, respondWith: take, ...more });
  return isTaken ? await work : "not taken";
}
const get = (path: string, mode = "cors"): object => ({ request: { method: "GET", mode, url: `${location.origin}${path}` } });

beforeEach(() => {
  [caches, skipped, network] = [new Map(), 0, []];
});

test("a new build waits for the next start: an open offer keeps the files of its own build", async () => {
  const old = await worker("old", ["/v/", "/assets/offer-1.js"]);
  await fire(old, "install");
  await fire(old, "activate");
  const next = await worker("new", ["/v/", "/assets/offer-2.js"]);
  await fire(next, "install");

  expect(skipped).toBe(0);
  expect(await fire(old, "fetch", get("/assets/offer-1.js"))).toBe("old");
  expect(await fire(old, "fetch", get("/v/", "navigate"))).toBe("old");
});

test("at the next start the page is the new build's, and the old files are gone", async () => {
  await fire(await worker("old", ["/v/"]), "install");
  const next = await worker("new", ["/v/"]);
  await fire(next, "install");
  await fire(next, "activate");

  expect([...caches.keys()]).toEqual(["komek-new"]);
  expect(await fire(next, "fetch", get("/v/", "navigate"))).toBe("new");
});

test("an answer of the API never comes from the cache", async () => {
  const present = await worker("old", ["/v/"]);
  await fire(present, "install");

  expect(await fire(present, "fetch", get("/v1/offers"))).toBe("not taken");
  expect(network).toEqual([]);
});
