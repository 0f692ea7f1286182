// The ways by which notices reach the person: the list of the server, and what a tap changes in it.
import { computed, signal } from "@preact/signals";
import { ask, type Result } from "../../shared/api_client";
import { serverNow } from "../../shared/clock";
import { language } from "../../shared/language";
import type { components } from "../../shared/api";
import type { Problem } from "../../shared/problem";
import { kept } from "../device";
import { type Support, deviceLabel, isPermitted, keepDevice, keptDevice, subscribed, support, unsubscribe } from "./device";

type Schemas = components["schemas"];
export type Channel = Schemas["ChannelShown"];
export type Kind = Channel["kind"];
type List = Schemas["ChannelList"];

/** `service`: the push service of the browser did not answer. `unheard`: nothing arrived for three days, or ever. */
export type PushState = Exclude<Support, "possible"> | "unknown" | "off" | "on" | "not-offered" | "unheard" | "failing";

export const list = signal<List | null>(null);
export const problem = signal<Problem | null>(null);
/** The push service of the browser refused the last attempt. */
export const isServiceSilent = signal(false);
export const isBusy = signal(false);
const present = signal<Support>("impossible");
const own = signal(keptDevice());
/** Links that connect Telegram, by channel: the server shows each once. */
export const links = signal<Readonly<Record<string, string>>>({});

export const UNHEARD_MS = 3 * 86_400_000;

export const ownChannel = computed(() => list.value?.items.find((one) => one.id === own.value?.channel) ?? null);
export const pushState = computed<PushState>(() => stateOf(list.value, ownChannel.value, present.value, serverNow()));

/** Kinds beside push that work. */
export const otherWays = computed<readonly Kind[]>(() => {
  const found = (list.value?.items ?? []).filter((one) => one.kind !== "webpush" && one.state === "on" && list.value?.kinds.includes(one.kind));
  return [...new Set(found.map((one) => one.kind))];
});
/** Whether a notice comes while the page is closed; null: the server has not said yet. */
export const reaches = computed(() => (list.value === null ? null : pushState.value === "on" || otherWays.value.length > 0));

export function stateOf(known: List | null, device: Channel | null, possible: Support, nowMs: number): PushState {
  if (possible !== "possible") return possible;
  if (known === null) return "unknown";
  if (known.vapid_public_key === null) return "not-offered";
  if (device === null || device.state === "gone") return "off";
  if (device.state === "failing") return "failing";
  const heard = Math.max(...[device.last_heard, device.added_at].map((at) => (at == null ? 0 : Date.parse(at))));
  return nowMs - heard > UNHEARD_MS ? "unheard" : "on";
}

const pathOf = (id: string): { path: { volunteer_id: string } } => ({ path: { volunteer_id: id } });
const oneOf = (id: string, channel: string): { path: { volunteer_id: string; channel_id: string } } => ({ path: { volunteer_id: id, channel_id: channel } });

export async function loadChannels(id: string): Promise<void> {
  present.value = support();
  const answer = await ask("get", "/v1/volunteers/{volunteer_id}/channels", pathOf(id));
  if (noted(answer)) list.value = answer.data;
}

/** At each start: a subscription that the browser, the server or the deployment's key has changed is made anew, without asking. */
export async function comparePush(id: string): Promise<void> {
  await loadChannels(id);
  const before = own.value;
  const key = list.value?.vapid_public_key ?? null;
  if (before === null || present.value !== "possible" || key === null) return;
  if (before.person !== id) {
    // Another person has signed in here: what was meant for the one before must not appear.
    await turnOff(before.person, false);
    return;
  }
  if (Notification.permission !== "granted") return remember(null);
  const subscription = await subscribed(key).catch(() => null);
  if (subscription === null) return;
  const isKnown = ownChannel.value !== null && ownChannel.value.state !== "gone";
  if (isKnown && subscription.endpoint === before.endpoint && before.session === sessionId()) return;
  await register(id, subscription);
}

/** From a tap alone. */
export async function turnOn(id: string): Promise<void> {
  const key = list.value?.vapid_public_key ?? null;
  if (key === null || isBusy.value) return;
  isBusy.value = true;
  isServiceSilent.value = false;
  try {
    if (await isPermitted()) await register(id, await subscribed(key));
  } catch {
    isServiceSilent.value = true;
  } finally {
    present.value = support();
    isBusy.value = false;
  }
}

/** Of this device, at the browser and at the server. `tells`: whether the server is told; it forgets with the session anyway. */
export async function turnOff(id: string, tells = true): Promise<void> {
  const device = own.value;
  if (device === null) return;
  remember(null);
  await unsubscribe().catch(() => undefined);
  if (tells) await removeChannel(id, device.channel);
}

async function register(id: string, subscription: PushSubscription): Promise<void> {
  const { endpoint, expirationTime, keys } = subscription.toJSON();
  const body = { kind: "webpush" as const, label: deviceLabel(navigator.userAgent), subscription: { endpoint: endpoint ?? "", expirationTime: expirationTime ?? null, keys } };
  const answer = await ask("post", "/v1/volunteers/{volunteer_id}/channels", { ...pathOf(id), body: body as never });
  if (!noted(answer)) return;
  const before = own.value;
  remember({ person: id, channel: answer.data.id, endpoint: subscription.endpoint, session: sessionId() });
  // The browser has replaced the subscription: nothing can reach the old one.
  if (before !== null && before.channel !== answer.data.id) await removeChannel(id, before.channel);
  else await loadChannels(id);
}

function remember(device: Parameters<typeof keepDevice>[0]): void {
  own.value = device;
  keepDevice(device);
}

const sessionId = (): string | null => kept().session?.session_id ?? null;

/** A number or mail address, which gets a code; or Telegram, which gets a link. True: it was added. */
export async function addChannel(id: string, kind: Kind, label: string, address: string | null): Promise<boolean> {
  const body = address === null ? { kind, label } : { kind, label, address };
  const answer = await ask("post", "/v1/volunteers/{volunteer_id}/channels", { ...pathOf(id), body: body as never });
  if (!noted(answer)) return false;
  if (answer.data.link != null) links.value = { ...links.value, [answer.data.id]: answer.data.link };
  await loadChannels(id);
  return true;
}

export async function verifyChannel(id: string, channel: string, code: string): Promise<void> {
  const answer = await ask("post", "/v1/volunteers/{volunteer_id}/channels/{channel_id}/verify", { ...oneOf(id, channel), body: { code } });
  if (noted(answer)) await loadChannels(id);
}

export async function removeChannel(id: string, channel: string): Promise<void> {
  const answer = await ask("delete", "/v1/volunteers/{volunteer_id}/channels/{channel_id}", oneOf(id, channel));
  // Somebody else may have removed it: it is gone either way.
  if (!noted(answer) && problem.value?.status === 404) problem.value = null;
  await loadChannels(id);
}

/** Notices come in the language of the page, and not within the quiet hours unless the incident is critical. */
export async function putSettings(id: string, quiet: { from: string | null; until: string | null }): Promise<void> {
  const body = { ui_language: language.peek(), quiet_from: quiet.from, quiet_until: quiet.until };
  const answer = await ask("put", "/v1/volunteers/{volunteer_id}/channels", { ...pathOf(id), body });
  if (noted(answer)) list.value = answer.data;
}

function noted<T>(answer: Result<T>): answer is Extract<Result<T>, { ok: true }> {
  problem.value = answer.ok ? null : answer.problem;
  return answer.ok;
}
