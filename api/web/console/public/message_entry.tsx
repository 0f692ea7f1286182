// What one sender has written: how, when, by whom it is held, the words, and what cannot be shown of it.
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { word } from "../../shared/word";
import { ownId } from "../handovers";
import { f } from "../say";
import { t } from "../text";
import { PUBLIC } from "./list_texts";
import type { ShownConversation } from "./waiting_messages";

export function senderOf(of: ShownConversation): string {
  return `${word(t().own.case.ways, of.way)} ${of.phone ?? ""}`.trim();
}

/** `onRead`: reads the rest of a text that the list has cut; null where nothing is left to read. */
export function MessageEntry({ of, onRead }: { of: ShownConversation; onRead: (() => void) | null }) {
  const text = PUBLIC.read();
  const holder = of.by === null ? "" : of.by === ownId() ? text.takenHere : text.takenBy(of.by);
  const unkept = of.kinds.filter((kind) => kind !== "text" && kind !== "location").map((kind) => text.kinds[kind]);
  const facts = [of.location === null ? "" : text.hasPlace, of.volunteer_id === null ? "" : text.volunteer(of.volunteer_id), of.stopped ? text.stopped : "", ...unkept];
  return (
    <>
      <p class="why">
        <b>{senderOf(of)}</b>, <span>{text.age(f().clockwork((now.value - Date.parse(of.at)) / 1000))}</span>{of.count > 1 && <>, {text.parts(of.count)}</>}
        {holder !== "" && <>, <b data-holder>{holder}</b></>}
      </p>
      <p class="words" dir="auto" lang={of.language}>{of.text === "" ? <span class="q">{text.noText}</span> : of.text}</p>
      {of.is_cut && <p class="q">{text.cut} {onRead !== null && <button type="button" class="btn" data-action="message-read" aria-keyshortcuts="Enter" onClick={onRead}>{text.whole} <KeyCap of="Enter" /></button>}</p>}
      {facts.some(Boolean) && <p class="q">{facts.filter(Boolean).join("; ")}</p>}
    </>
  );
}
