// The service worker of the volunteer's page: after the first visit the page opens without a network, and pushes are shown.
import { NOTICE_BUS, type NoticeNews } from "../shared/notice_bus";
import { type Pushed, readPush, wordOf } from "./push";

declare const __BUILD__: string;
declare const __FILES__: readonly string[];
/** The type library of the DOM says `Window` here. */
const worker = self as unknown as ServiceWorkerGlobalScope;

const CACHE = `komek-${__BUILD__}`;
const PAGE = "/v/";
const OFFER_VIBRATION = [300, 150, 300, 150, 600];

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

worker.addEventListener("push", (event) => {
  const pushed = readPush(event.data?.text() ?? null);
  event.waitUntil(show(pushed));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data as Pushed));
});

async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

async function removeOldCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("komek-") && name !== CACHE).map((name) => caches.delete(name)));
}

/** Always shown, also while the page is visible: browsers withdraw the right from pages that keep a push to themselves. */
async function show(pushed: Pushed): Promise<void> {
  // `vibrate` and `renotify` are in the standard, and not in the type library.
  const options: NotificationOptions & { renotify: boolean; vibrate: readonly number[] } = {
    body: pushed.body,
    tag: pushed.tag,
    data: pushed,
    icon: "/v/icon-192.png",
    renotify: true,
    requireInteraction: pushed.offerId !== null,
    vibrate: OFFER_VIBRATION,
  };
  await worker.registration.showNotification(pushed.title, options);
  tell({ kind: "shown", notice: pushed.notice, atMs: Date.now() });
  await say(pushed, "delivered");
}

async function open(pushed: Pushed): Promise<void> {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname === PAGE);
  // Not `navigate`: a page that is reloaded loses what is being typed.
  if (page !== undefined) tell({ kind: "open", fragment: pushed.fragment });
  // Both need a real tap. A browser that refuses leaves the person with the icon; that they have looked is true anyway.
  await (page === undefined ? worker.clients.openWindow(`${PAGE}${pushed.fragment}`) : page.focus()).catch(() => null);
  await say(pushed, "seen");
}

function tell(news: NoticeNews): void {
  const bus = new BroadcastChannel(NOTICE_BUS);
  bus.postMessage(news);
  bus.close();
}

/** A word that gets lost costs a message by another way, nothing else. */
async function say(pushed: Pushed, outcome: "delivered" | "seen"): Promise<void> {
  if (pushed.notice === null) return;
  const post = (): Promise<Response> =>
    fetch(`/v1/notices/${pushed.notice}/seen`, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: wordOf(pushed, outcome),
    });
  const answer = await post().catch(() => null);
  if (answer?.status === 401 && (await isRenewed())) await post().catch(() => null);
}

/** The cookie of a page that was closed for hours has run out. One renewal at a time, as in the page: two would end the session. */
async function isRenewed(): Promise<boolean> {
  return navigator.locks.request("komek-session", async () => {
    const answer = await fetch("/v1/session/renew", { method: "POST", headers: { Accept: "application/json" } }).catch(() => null);
    return answer?.ok ?? false;
  });
}
