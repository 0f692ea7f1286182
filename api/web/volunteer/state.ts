// What the page shows: the person's profile and offers, kept fresh by the live stream, and the outbox of their answers.
import { computed, signal } from "@preact/signals";
import { ask, bindTo } from "../shared/api_client";
import { now, serverNow } from "../shared/clock";
import { Outbox, type Saying } from "../shared/outbox";
import type { OutboxItem } from "../shared/outbox_store";
import type { Problem } from "../shared/problem";
import { language } from "../shared/language";
import { session } from "../shared/session";
import { LiveStream, type StreamEvent } from "../shared/stream";
import { wantedOffer } from "./address";
import { before, beforeOf } from "./before";
import { type Profile, type Session, forgetAll, keep, keepSession, kept } from "./device";
import type { components } from "../shared/api";
import { grounds } from "./grounds/warnings";
import { type Offer, type Rescue, dangerOf, viewOf } from "./jobs";

const start = kept();
// A start without a network speaks for who was here last, as far as it is them who have the cookie still.
bindTo(start.session?.session_id);
/** Whose profile, offers and answers these are; null: nobody's. */
let owner = start.session?.id ?? null;
/** Older builds saved answers without their person: they are of whoever was here last. */
const heir = owner;
export const profile = signal<Profile | null>(start.profile);
export const offers = signal<readonly Offer[]>(start.offers);
before.value = start.before;
// The page of a link loads its offer itself, so this follows the offers and not their loading.
let shownBefore = offers.value;
offers.subscribe((next) => {
  before.value = beforeOf(before.peek(), shownBefore, next);
  shownBefore = next;
});
/** What became of the person's own signal of danger; null: not heard of yet. */
export const rescue = signal<Rescue | null>(start.rescue);
/** Whether the person has agreed to share their position; null: not answered, as far as this device knows. */
export const agreed = signal<boolean | null>(start.agreed);
/** Why the last load failed; null after one that did not. */
export const problem = signal<Problem | null>(null);
/** Whether offers and profile were loaded since the page was opened; before that they are those of the last visit. */
export const isLoaded = signal(false);
/** The person has no profile yet. */
export const isUnknown = signal(false);
/** Whether a notice reaches the person while the page is closed; null: not known yet. Of the part that is loaded later. */
export const isReached = signal<boolean | null>(null);
export const stream = signal<LiveStream | null>(null);
/** Server time in ms since which the device has lost its network; null: it has one, as far as it knows. */
// By the loss and not by what it is at first: a machine that serves itself may have no network, and loses nothing by it.
export const offlineSince = signal<number | null>(null);
window.addEventListener("offline", () => (offlineSince.value = serverNow()));
window.addEventListener("online", () => (offlineSince.value = null));
/** The token of the one-offer link by which the page was opened; null: none, or the person is logged in. */
export const link = signal(new URLSearchParams(location.hash.slice(1)).get("o"));
const seenEnds = signal<ReadonlySet<string>>(new Set(start.seenEnds));
const outbox = signal<Outbox | null>(null);

export const items = computed<readonly OutboxItem[]>(() => outbox.value?.items.value ?? []);
export const waiting = computed(() => items.value.filter((item) => item.state === "saved" || item.state === "sent"));
/** An answer that waits could not be saved on this device: it ends with the page. */
export const isFull = computed(() => waiting.value.some((item) => item.isUnsaved));
export const view = computed(() => viewOf(offers.value, items.value, now.value, seenEnds.value, wantedOffer.value));
/** The danger that the person signalled, as long as it may last. */
export const danger = computed(() => dangerOf(offers.value, items.value, now.value, rescue.value));
/** Whether the person holds a job or is asked for one. */
export const isBusy = computed(() => ["offer", "work", "digital"].includes(view.value.kind));
/** Whether the position is shared: on duty and at work, of whoever has not refused it. The switch of the duty says so before it is used. */
export const isPlaceWanted = computed(() => agreed.value !== false && (isBusy.value || (profile.value?.on_duty ?? false)));

/** The session with which the page was left, for a start without a network. */
export function lastSession(): Session | null {
  const found = kept().session;
  return found?.id === owner ? found : null;
}

// Before anything is drawn: the next person on this device sees nothing of the last one.
session.subscribe((state) => {
  if (state.kind === "unknown") return;
  const next = state.kind === "signed-in" ? state.session : null;
  if (next === null) forgetAll();
  else keepSession(next);
  if (owner === (next?.id ?? null)) return;
  owner = next?.id ?? null;
  const own = kept();
  [offers.value, profile.value, rescue.value, agreed.value, seenEnds.value] = [own.offers, own.profile, own.rescue, own.agreed, new Set(own.seenEnds)];
  [problem.value, isUnknown.value, grounds.value] = [null, false, own.grounds];
  noticeOf.clear();
});

/** Whether the page is still of this person: an answer that comes late is nobody's otherwise. */
export const isOwner = (id: string): boolean => owner === id;

/** Opens the outbox and the stream of this person. Returns what closes them. */
export function open(id: string, onEnd: () => void): () => void {
  let isOpen = true;
  const live = new LiveStream({ onEvent: (event) => hear(id, event), onReset: () => void load(id), onEnd });
  stream.value = live;
  void openOutbox().then((box) => {
    if (isOpen) outbox.value = box;
    else box.close();
  });
  // Questions of digital work come in the language of the request.
  const stopLanguage = language.subscribe(() => void load(id));
  const again = setInterval(() => void load(id), RELOAD_EVERY_MS);
  return () => {
    isOpen = false;
    clearInterval(again);
    stopLanguage();
    live.close();
    outbox.value?.close();
    [stream.value, outbox.value, isLoaded.value] = [null, null, false];
  };
}

/** The outbox of whoever is here. Another tab may have signed in somebody else: then it sends nothing. */
function openOutbox(): Promise<Outbox> {
  const id = owner;
  return Outbox.open({ owner: id, heir, isPresent: () => owner === id && (kept().session?.id ?? id) === id });
}

/** Shows one offer by a link: nothing that a session left behind, and answers in an outbox of their own. Returns what ends that. */
export function openByLink(box: Outbox): () => void {
  [offers.value, profile.value, rescue.value, outbox.value] = [[], null, null, box];
  return () => {
    box.close();
    [outbox.value, offers.value, profile.value, rescue.value] = [null, kept().offers, kept().profile, kept().rescue];
  };
}

/** The stream tells of changes at once; this is for what it cannot tell, such as the end of a duty. */
const RELOAD_EVERY_MS = 60_000;
const HEARD = new Set(["offer", "notice", "assistant"]);
const SETTLE_MS = 60;
let pending: ReturnType<typeof setTimeout> | null = null;

/** The newest notice about each offer, so that having seen the offer can be said of it. */
export const noticeOf = new Map<string, string>();

/** Grows when the stream warns of a hazard zone, or says that it has ended. */
export const warnedAt = signal(0);

function hear(id: string, event: StreamEvent): void {
  if (event.name === "warning") warnedAt.value += 1;
  if (event.name === "notice") {
    const { id: notice, offer_id: offer } = event.data as components["schemas"]["NoticeEvent"];
    if (offer !== null) noticeOf.set(offer, notice);
  }
  if (!HEARD.has(event.name) || pending !== null) return;
  // An offer and its notice arrive together: one load shows both.
  pending = setTimeout(() => {
    pending = null;
    void load(id);
  }, SETTLE_MS);
}

let loading: Promise<void> | null = null;
let isOutdated = false;

/** Loads profile and offers. Calls while one is under way lead to one more, not to many. */
export function load(id: string): Promise<void> {
  if (loading !== null) {
    isOutdated = true;
    return loading;
  }
  loading = loadOnce(id).finally(() => {
    loading = null;
    if (isOutdated) {
      isOutdated = false;
      void load(owner ?? id);
    }
  });
  return loading;
}

async function loadOnce(id: string): Promise<void> {
  const path = { volunteer_id: id };
  const [person, list] = await Promise.all([
    ask("get", "/v1/volunteers/{volunteer_id}", { path }),
    ask("get", "/v1/volunteers/{volunteer_id}/offers", { path }),
  ]);
  // The answers of a session that has ended meanwhile are nobody's.
  if (owner !== id) return;
  if (person.ok) [profile.value, isUnknown.value] = [person.data, false];
  else isUnknown.value = person.problem.status === 404;
  if (list.ok) offers.value = list.data.items;
  const failed = [person, list].find((one) => !one.ok && one.problem.status !== 404);
  problem.value = failed === undefined || failed.ok ? null : failed.problem;
  isLoaded.value ||= list.ok;
  if (list.ok) keep(id, { offers: list.data.items, before: before.value, ...(person.ok ? { profile: person.data } : {}) });
}

/** Saves an answer on this device and sends it as soon as possible. */
export async function say(saying: Saying): Promise<void> {
  const box = outbox.value ?? (outbox.value = await openOutbox());
  await box.say(link.value === null ? saying : { ...saying, link: link.value });
}

export function forget(item: OutboxItem): void {
  void outbox.value?.forget(item);
}

/** The person has read how these offers ended. */
export function seen(ended: readonly Offer[]): void {
  seenEnds.value = new Set([...seenEnds.value, ...ended.map((offer) => offer.id)]);
  keep(owner, { seenEnds: [...seenEnds.value] });
}
