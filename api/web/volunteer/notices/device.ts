// Push on this device: whether it is possible, the subscription of the browser, and what is kept to compare it at the next start.

/** Why there is no push: the browser has none; an iPhone has none before the page stands on its Home Screen; the person said no. */
export type Support = "possible" | "impossible" | "not-installed" | "blocked";

export interface KeptDevice {
  /** Of whom: another person on the same device must not get these notices. */
  readonly person: string;
  readonly channel: string;
  readonly endpoint: string;
  /** The session that registered it: the server ends the device with it. */
  readonly session: string | null;
}

const KEPT_AS = "komek-push";
const READY_WITHIN_MS = 10_000;

export function support(): Support {
  if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)
    return Notification.permission === "denied" ? "blocked" : "possible";
  // Safari on iPhones alone has this property.
  return (navigator as { standalone?: boolean }).standalone === false ? "not-installed" : "impossible";
}

/** Asks the person if they were not asked before. Only from a tap: browsers refuse, or block for good, anything else. */
export async function isPermitted(): Promise<boolean> {
  return (await Notification.requestPermission()) === "granted";
}

/** The subscription for this key: the present one, or a new one. Rejects where the push service of the browser does not answer. */
export async function subscribed(key: string): Promise<PushSubscription> {
  const { pushManager } = await registration();
  const present = await pushManager.getSubscription();
  if (present !== null && isFor(present, key)) return present;
  await present?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
}

export async function unsubscribe(): Promise<void> {
  const worker = await navigator.serviceWorker.getRegistration("/v/");
  const present = await worker?.pushManager.getSubscription();
  await present?.unsubscribe();
}

async function registration(): Promise<ServiceWorkerRegistration> {
  // `ready` waits for ever where the registration was refused.
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("no service worker")), READY_WITHIN_MS));
  return Promise.race([navigator.serviceWorker.ready, late]);
}

/** A deployment that has a new key cannot reach subscriptions for the old one. */
function isFor(present: PushSubscription, key: string): boolean {
  const used = present.options.applicationServerKey;
  if (used === null) return false;
  const [one, other] = [new Uint8Array(used), bytesOf(key)];
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

/** `Chrome, Android`: by which a person knows one device from another. At most 60 characters. */
export function deviceLabel(agent: string): string {
  const named = (pairs: readonly (readonly [RegExp, string])[], other: string): string => pairs.find(([sign]) => sign.test(agent))?.[1] ?? other;
  const browser = named([[/SamsungBrowser/, "Samsung Internet"], [/YaBrowser/, "Yandex"], [/Edg/, "Edge"], [/Firefox|FxiOS/, "Firefox"], [/Chrom|CriOS/, "Chrome"], [/Safari/, "Safari"]], "Browser");
  const system = named([[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS/, "macOS"], [/Linux/, "Linux"]], "");
  return system === "" ? browser : `${browser}, ${system}`;
}

export function keptDevice(): KeptDevice | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? "null") as KeptDevice | null;
  } catch {
    return null;
  }
}

export function keepDevice(device: KeptDevice | null): void {
  try {
    if (device === null) localStorage.removeItem(KEPT_AS);
    else localStorage.setItem(KEPT_AS, JSON.stringify(device));
  } catch {
    // Storage is denied: at the next start the device is registered once more, under the same id.
  }
}
