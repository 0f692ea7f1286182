// What one sender has written: how, when, by whom it is held or was answered, the words, and what cannot be shown of it.
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { word } from "../../shared/word";
import { ownId } from "../handovers";
import { nameById } from "../people/names";
import { f } from "../say";
import { t } from "../text";
import { answering } from "./answering";
import { PUBLIC } from "./list_texts";
import type { ShownConversation } from "./waiting_messages";
import { type TextPage, isLonger } from "./whole_text";

/** By the number; where there is none, by the mark that all messages of the sender have. */
export function senderOf(of: ShownConversation): string {
  return `${word(t().own.case.ways, of.way)} ${of.phone ?? of.sender}`;
}

interface Given {
  readonly of: ShownConversation;
  /** The page of its text that is open; null: the beginning, as the list has it. */
  readonly page: TextPage | null;
  /** Of others only the first words are shown: a flood by one sender must not push them out of view. */
  readonly isMarked: boolean;
  /** Reads on; null where nothing is left to read, or this is not the marked entry. */
  readonly onRead: (() => void) | null;
}
const [BRIEF_LINES, BRIEF_CHARACTERS] = [6, 280];

export function MessageEntry({ of, page, isMarked, onRead }: Given) {
  const text = PUBLIC.read();
  const words = isMarked ? (page?.text ?? of.text) : brief(of.text);
  const missing = page?.missing_parts ?? of.missing_parts ?? 0;
  const unkept = of.kinds.filter((kind) => kind !== "text" && kind !== "location").map((kind) => text.kinds[kind]);
  const facts = [missing === 0 ? "" : text.missing(missing), of.location === null ? "" : text.hasPlace, of.volunteer_id === null ? "" : text.volunteer(nameById(of.volunteer_id)), of.stopped ? text.stopped : "", ...unkept].filter(Boolean);
  return (
    <>
      <p class="why"><b data-sender>{senderOf(of)}</b>, <span>{stateOf(of)}</span>{of.count > 1 && <>, {text.parts(of.count)}</>}</p>
      <Desks of={of} />
      <p class="words" dir="auto" lang={of.language}>{words === "" ? <span class="q">{text.noText}</span> : words}</p>
      {isLonger(of, page) && <p class="q" data-page>{partOf(of, page)} {onRead !== null && <button type="button" class="btn" data-action="message-read" aria-keyshortcuts="Enter" onClick={onRead}>{page === null ? text.whole : page.next === null ? text.fromStart : text.further} <KeyCap of="Enter" /></button>}</p>}
      {facts.length > 0 && <p class="q">{facts.join("; ")}</p>}
    </>
  );
}

function brief(words: string): string {
  const first = words.split("\n").slice(0, BRIEF_LINES).join("\n").slice(0, BRIEF_CHARACTERS).replace(/[\uD800-\uDBFF]$/, "");
  return first === words ? words : `${first}…`;
}

function stateOf(of: ShownConversation): string {
  const text = PUBLIC.read();
  if (of.ended_at === null) return text.age(f().clockwork((now.value - Date.parse(of.at)) / 1000));
  return text.discardedBy(of.by ?? "", f().dayTime(of.ended_at), of.reason === null ? "" : text.reasons[of.reason]);
}

/** Who works on it, who is choosing an answer, and which answer has been sent. */
function Desks({ of }: { of: ShownConversation }) {
  const text = PUBLIC.read();
  const holder = of.by === null || of.ended_at !== null ? "" : of.by === ownId() ? text.takenHere : text.takenBy(of.by);
  const writers = answering(of.id).join(", ");
  const { reply } = of;
  if (holder === "" && writers === "" && reply === null) return null;
  return (
    <p class="desks">
      {holder !== "" && <b data-holder>{holder}</b>}
      {writers !== "" && <b data-answering>{text.answering(writers)}</b>}
      {reply !== null && <span data-replied>{text.replied(reply.by === ownId() ? text.you : reply.by, f().time(reply.at), text.replies[reply.text])}</span>}
    </p>
  );
}

function partOf(of: ShownConversation, page: TextPage | null): string {
  const text = PUBLIC.read();
  if (page === null) return of.characters === null ? text.cut : text.cutBy(f().number(of.characters - of.text.length));
  return text.page(f().number(page.first), f().number(page.first + page.messages.length - 1), f().number(of.count));
}
