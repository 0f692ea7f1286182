// What runs beside the page: the push of this device is compared, notices come in the page's language, a tap on one leads to its offer.
import { effect } from "@preact/signals";
import { ask } from "../../shared/api_client";
import { language } from "../../shared/language";
import { NOTICE_BUS, type NoticeNews } from "../../shared/notice_bus";
import { isReached, noticeOf, view } from "../state";
import { comparePush, list, loadChannels, putSettings, reaches } from "./channels";
import { TEXTS } from "./text";

/** Returns what stops it. */
export function startNotices(id: string): () => void {
  void TEXTS.load().catch(() => undefined);
  void comparePush(id);
  const bus = new BroadcastChannel(NOTICE_BUS);
  bus.onmessage = ({ data }: MessageEvent<NoticeNews>) => {
    if (data.kind === "shown") void loadChannels(id);
    else if (data.fragment !== "") location.hash = data.fragment;
  };
  const stops = [followLanguage(id), reportOpened(), followReach()];
  return () => {
    bus.close();
    for (const stop of stops) stop();
  };
}

/** The home screen says whether the page may be closed. */
function followReach(): () => void {
  const stop = effect(() => {
    isReached.value = reaches.value;
  });
  return () => {
    stop();
    isReached.value = null;
  };
}

/** What is sent while the page is closed comes in the language that the person reads here. */
function followLanguage(id: string): () => void {
  return effect(() => {
    const known = list.value;
    if (known === null || known.items.length === 0 || known.ui_language === language.value) return;
    void putSettings(id, { from: known.quiet_from, until: known.quiet_until });
  });
}

const ATTENDED_MS = 30_000;
const SIGNS = ["pointerdown", "keydown"] as const;

/**
 * An offer on the screen of somebody who is there was seen: no call follows. Once for each. A page that is merely open may lie on
 * a table: whoever opened it, came back to it or touched it within half a minute counts as there.
 */
function reportOpened(): () => void {
  const told = new Set<string>();
  let attendedMs = Date.now();
  const look = (): void => {
    const shown = view.value;
    if (shown.kind !== "offer" || document.visibilityState !== "visible" || told.has(shown.offer.id)) return;
    if (Date.now() - attendedMs > ATTENDED_MS) return;
    told.add(shown.offer.id);
    const notice = noticeOf.get(shown.offer.id) ?? crypto.randomUUID();
    void ask("post", "/v1/notices/{notice_id}/seen", { path: { notice_id: notice }, body: { offer_id: shown.offer.id, outcome: "seen" } });
  };
  const attend = (): void => {
    attendedMs = Date.now();
    look();
  };
  document.addEventListener("visibilitychange", attend);
  for (const sign of SIGNS) window.addEventListener(sign, attend, { capture: true });
  const stop = effect(look);
  return () => {
    stop();
    document.removeEventListener("visibilitychange", attend);
    for (const sign of SIGNS) window.removeEventListener(sign, attend, { capture: true });
  };
}
