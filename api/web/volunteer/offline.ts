// The page opens without a network after the first visit: the service worker keeps its files.
import { effect } from "@preact/signals";
import { language } from "../shared/language";

/** The app is installed with the manifest of the page's language; each names the same app. */
export function followManifest(): void {
  effect(() => document.querySelector("link[rel=manifest]")?.setAttribute("href", `/v/manifest.${language.value}.webmanifest`));
}

/** Without a service worker (private window, old browser, plain http elsewhere) the page works, but only with a network. */
export async function keepForOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/v/sw.js", { scope: "/v/", updateViaCache: "none" }).catch(() => undefined);
}
