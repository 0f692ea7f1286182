// The service worker of the volunteer's page: after the first visit the page opens without a network.
declare const __BUILD__: string;
declare const __FILES__: readonly string[];
/** The type library of the DOM says `Window` here. */
const worker = self as unknown as ServiceWorkerGlobalScope;

const CACHE = `komek-${__BUILD__}`;
const PAGE = "/v/";

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...__FILES__])));
  // No skipWaiting: a new build begins with the next start of the page, never in the middle of an offer.
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(removeOldCaches());
});

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(kept(PAGE, event.request));
  else if (__FILES__.includes(url.pathname)) event.respondWith(kept(url.pathname, event.request));
  // Everything else, above all the API, goes to the network: an old answer must not look like a new one.
});

async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

async function removeOldCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("komek-") && name !== CACHE).map((name) => caches.delete(name)));
}
