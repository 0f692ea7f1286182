// The page opens without a network after the first visit: the service worker keeps its files.

/** Without a service worker (private window, old browser, plain http elsewhere) the page works, but only with a network. */
export async function keepForOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/v/sw.js", { scope: "/v/", updateViaCache: "none" }).catch(() => undefined);
}
