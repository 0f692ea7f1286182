// Messages from the public take the place of the detail: the longest waiting first, one entry for each sender, everything by keys.
import { useLayoutEffect, useState } from "preact/hooks";
import { ask, freshKey } from "../../shared/api_client";
import { KeyCap } from "../../shared/parts/key_cap";
import { bindKeys } from "../keys";
import { numberById } from "../queue/called";
import { place, selectedId } from "../state";
import { t } from "../text";
import { useAnswering } from "./answering";
import { type ConversationList, useConversations } from "./conversation_list";
import { DiscardedList } from "./DiscardedList";
import { PUBLIC } from "./list_texts";
import { waitingMark } from "./marked_message";
import { MessageEntry, senderOf } from "./message_entry";
import { type Asking, type Orders, MessageOrders, REASONS, REPLIES } from "./message_orders";
import { MessagePane, moving } from "./message_pane";
import { LONGEST, shortened } from "./prefill";
import { type Running, useRunning } from "./running_orders";
import { type ShownConversation, report, told } from "./waiting_messages";
import { isLonger, readText, useWholeText } from "./whole_text";
import "./message_list.css";

export async function loadMessages() {
  await PUBLIC.load();
  return Messages;
}

function Messages() {
  const [isDiscarded, setIsDiscarded] = useState(false);
  return isDiscarded ? <DiscardedList onBack={() => setIsDiscarded(false)} /> : <MessageList onDiscarded={() => setIsDiscarded(true)} />;
}

function ordersOf(of: ShownConversation, list: ConversationList, { run, tell }: Running, choose: (what: Asking | null) => void): Orders {
  const text = PUBLIC.read();
  const path = { conversation_id: of.id };
  const make = async (): Promise<void> => {
    const taken = await ask("post", "/v1/conversations/{conversation_id}/take", { path });
    if (!taken.ok) return tell(taken, "");
    const whole = of.is_cut ? await readText(of.id, null) : null;
    if (whole?.ok === false) return tell(whole, "");
    report({ ...of, text: shortened(whole?.data.text ?? of.text, LONGEST, whole !== null && whole.data.next !== null) });
  };
  const attach = async (): Promise<void> => {
    const incident_id = selectedId.value;
    if (incident_id === null) return;
    list.ends(of.id);
    tell(await ask("post", "/v1/conversations/{conversation_id}/attach", { path, body: { incident_id }, key: freshKey() }), text.attached(numberById(incident_id)));
    list.again();
  };
  const discard = async (reason: (typeof REASONS)[number]): Promise<void> => {
    list.ends(of.id);
    tell(await ask("post", "/v1/conversations/{conversation_id}/discard", { path, body: { reason } }), text.discarded(senderOf(of)));
    list.again();
  };
  const reply = async (which: (typeof REPLIES)[number]): Promise<void> => {
    tell(await ask("post", "/v1/conversations/{conversation_id}/reply", { path, body: { text: which } }), text.sent(senderOf(of)));
    list.again();
  };
  const order = (name: string, what: () => Promise<void>) => (): void => run(name, of.id, what);
  return { make: order("make", make), attach: order("attach", attach), ask: choose, discard: (reason) => run("discard", of.id, () => discard(reason)), reply: (which) => run("reply", of.id, () => reply(which)) };
}

function MessageList({ onDiscarded }: { onDiscarded: () => void }) {
  const text = PUBLIC.read();
  const list = useConversations({}, waitingMark);
  const [asked, setAsked] = useState<{ of: string; what: Asking } | null>(null);
  const whole = useWholeText();
  const running = useRunning(() => setAsked(null));
  const items = list.items ?? [];
  const marked = items.find((one) => one.id === waitingMark.id.value);
  // A choice that was opened for one entry is never answered for another.
  const asking = asked !== null && asked.of === marked?.id ? asked.what : null;
  const orders = marked === undefined ? null : ordersOf(marked, list, running, (what) => setAsked(what === null ? null : { of: marked.id, what }));
  useAnswering(asking === "reply" ? (marked?.id ?? null) : null);

  const read = marked === undefined || !isLonger(marked, whole.of(marked)) ? null : () => running.run("read", marked.id, async () => running.tell(await whole.open(marked), ""));
  const move = (step: number) => (): void => {
    moving(items, waitingMark, step);
    setAsked(null);
  };
  useLayoutEffect(() => {
    const steps = { j: move(1), k: move(-1), enter: () => read?.(), d: onDiscarded };
    if (orders === null) return bindKeys(steps);
    const choices = asking === "discard" ? REASONS.map((one) => () => orders.discard(one)) : asking === "reply" ? REPLIES.map((one) => () => orders.reply(one)) : [];
    const numbered = Object.fromEntries(choices.map((run, at) => [String(at + 1), run]));
    const close = asking === null ? {} : { escape: () => setAsked(null) };
    return bindKeys({ ...steps, n: orders.make, m: orders.attach, x: () => orders.ask("discard"), t: () => orders.ask("reply"), ...numbered, ...close });
  });
  const left = (told.value?.waiting ?? 0) - items.length;
  return (
    <MessagePane
      title={t().own.desk.messages.title}
      of={list}
      marked={waitingMark}
      none={text.none}
      about={text.about}
      rest={left > 0 && <p class="wait q">{text.more(left)}</p>}
      said={running.said}
      grown={`${asking} ${marked === undefined ? "" : whole.of(marked)?.first}`}
      entry={(one, isMarked) => (
        <>
          <MessageEntry of={one} page={whole.of(one)} isMarked={isMarked} onRead={isMarked ? read : null} />
          {isMarked && orders !== null && <MessageOrders asking={asking} orders={orders} />}
        </>
      )}
      buttons={
        <p class="acts-of-list">
          <button type="button" class="btn" data-action="messages-discarded" aria-keyshortcuts="d" onClick={onDiscarded}>{text.discardedOpen} <KeyCap of="D" /></button>
          <button type="button" class="btn" aria-keyshortcuts="Escape" onClick={() => (place.value = "detail")}>{t().own.case.panel.back} <KeyCap of="Esc" /></button>
        </p>
      }
    />
  );
}
