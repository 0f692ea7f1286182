// Messages from the public take the place of the detail: the longest waiting first, one entry for each sender, everything by keys.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Result, ask, freshKey } from "../../shared/api_client";
import { KeyCap } from "../../shared/parts/key_cap";
import { ProblemText, sentenceOf } from "../../shared/parts/problem_text";
import type { Problem } from "../../shared/problem";
import { bindKeys } from "../keys";
import { numberById, place, selectedId } from "../state";
import { t } from "../text";
import { PUBLIC } from "./list_texts";
import { comeBack, isLost, mark, markedId, takeOrder } from "./marked_message";
import { MessageEntry, senderOf } from "./message_entry";
import { type Asking, type Orders, MessageOrders, REASONS, REPLIES } from "./message_orders";
import { type ShownConversation, report, told } from "./waiting_messages";
import "./message_list.css";

const AT_ONCE = 50;
/** Characters that the form takes. */
const LONGEST = 10_000;
/** Of a whole text: a flood must not stop the page. */
const MOST_SHOWN = 40_000;

export async function loadMessages() {
  await PUBLIC.load();
  return MessageList;
}

interface Waiting {
  readonly items: readonly ShownConversation[] | null;
  readonly problem: Problem | null;
  /** Reads the list again. */
  again(): void;
  /** This desk is about to end it. */
  ends(id: string): void;
}

/** What is waiting, read again whenever the stream tells of a change. */
function useWaiting(): Waiting {
  const [items, setItems] = useState<readonly ShownConversation[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [times, setTimes] = useState(0);
  const endedHere = useRef<string | null>(null);
  const change = JSON.stringify(told.value);
  useLayoutEffect(comeBack, []);
  useEffect(() => {
    const stop = new AbortController();
    void ask("get", "/v1/conversations", { query: { limit: AT_ONCE }, signal: stop.signal }).then((answer) => {
      if (stop.signal.aborted) return;
      setProblem(answer.ok ? null : answer.problem);
      if (!answer.ok) return;
      takeOrder(answer.data.items.map((one) => one.id), endedHere.current);
      setItems(answer.data.items);
    });
    return () => stop.abort();
  }, [change, times]);
  return { items, problem, again: () => setTimes((before) => before + 1), ends: (id) => void (endedHere.current = id) };
}

/** The orders about an entry. A second press while its answer is on its way would add or send it twice. */
function useOrders(of: ShownConversation | undefined, waiting: Waiting, setAsking: (what: Asking | null) => void) {
  const text = PUBLIC.read();
  const running = useRef(new Set<string>());
  const [said, setSaid] = useState("");
  const [isSending, setIsSending] = useState(false);
  const once = (what: string, run: () => Promise<void>) => (): void => {
    const name = `${what} ${of?.id}`;
    if (running.current.has(name)) return;
    running.current.add(name);
    setIsSending(true);
    // Now, and not with the answer: another choice may be open by then.
    setAsking(null);
    void run().finally(() => {
      running.current.delete(name);
      setIsSending(running.current.size > 0);
    });
  };
  // On a slow network the answer takes seconds: the key is seen to have worked before.
  const shown = isSending ? text.sending : said;
  const refuse = (problem: Problem): void => setSaid(refusalOf(problem));
  if (of === undefined) return { said: shown, once, refuse, orders: null };
  const path = { conversation_id: of.id };
  const tell = (answer: Result<unknown>, sentence: string): void => {
    if (answer.ok) setSaid(sentence);
    else refuse(answer.problem);
    waiting.again();
  };
  const make = async (): Promise<void> => {
    const taken = await ask("post", "/v1/conversations/{conversation_id}/take", { path });
    if (!taken.ok) return tell(taken, "");
    const whole = of.is_cut ? await ask("get", "/v1/conversations/{conversation_id}", { path }) : null;
    if (whole?.ok === false) return tell(whole, "");
    report(whole === null ? of : { ...whole.data, text: whole.data.text.slice(0, LONGEST) });
  };
  const attach = async (): Promise<void> => {
    const incident_id = selectedId.value;
    if (incident_id === null) return;
    waiting.ends(of.id);
    tell(await ask("post", "/v1/conversations/{conversation_id}/attach", { path, body: { incident_id }, key: freshKey() }), text.attached(numberById(incident_id)));
  };
  const discard = async (reason: (typeof REASONS)[number]): Promise<void> => {
    waiting.ends(of.id);
    tell(await ask("post", "/v1/conversations/{conversation_id}/discard", { path, body: { reason } }), text.discarded(senderOf(of)));
  };
  const reply = async (which: (typeof REPLIES)[number]): Promise<void> => tell(await ask("post", "/v1/conversations/{conversation_id}/reply", { path, body: { text: which } }), text.sent(senderOf(of)));
  const orders: Orders = { make: once("make", make), attach: once("attach", attach), ask: setAsking, discard: (reason) => once("discard", () => discard(reason))(), reply: (which) => once("reply", () => reply(which))() };
  return { said: shown, once, refuse, orders };
}

function MessageList() {
  const text = PUBLIC.read();
  const pane = useRef<HTMLDivElement>(null);
  const waiting = useWaiting();
  const [asked, setAsked] = useState<{ of: string; what: Asking } | null>(null);
  const [whole, setWhole] = useState<ShownConversation | null>(null);
  const { items, problem } = waiting;
  const list = items ?? [];
  const marked = list.find((one) => one.id === markedId.value);
  // A choice that was opened for one entry is never answered for another.
  const asking = asked !== null && asked.of === marked?.id ? asked.what : null;
  const { said, once, refuse, orders } = useOrders(marked, waiting, (what) => setAsked(what === null || marked === undefined ? null : { of: marked.id, what }));
  useLayoutEffect(() => pane.current?.focus(), []);
  useEffect(() => document.querySelector("[data-conversation][data-marked=true]")?.scrollIntoView({ block: "nearest" }), [marked?.id, asking, whole]);

  const shown = (one: ShownConversation): ShownConversation => (whole?.id === one.id && whole.count === one.count ? { ...whole, by: one.by } : one);
  const read = marked?.is_cut !== true || shown(marked) !== marked ? null : once("read", async () => {
    const answer = await ask("get", "/v1/conversations/{conversation_id}", { path: { conversation_id: marked.id } });
    if (!answer.ok) return refuse(answer.problem);
    setWhole({ ...answer.data, text: answer.data.text.slice(0, MOST_SHOWN), is_cut: answer.data.is_cut || answer.data.text.length > MOST_SHOWN });
  });
  const move = (step: number) => (): void => {
    const at = list.findIndex((one) => one.id === marked?.id);
    mark(list[Math.min(list.length - 1, Math.max(0, at + step))]?.id ?? null);
    setAsked(null);
  };
  useLayoutEffect(() => {
    const steps = { j: move(1), k: move(-1), enter: () => read?.() };
    if (orders === null) return bindKeys(steps);
    const choices = asking === "discard" ? REASONS.map((one) => () => orders.discard(one)) : asking === "reply" ? REPLIES.map((one) => () => orders.reply(one)) : [];
    const numbered = Object.fromEntries(choices.map((run, at) => [String(at + 1), run]));
    const close = asking === null ? {} : { escape: () => setAsked(null) };
    return bindKeys({ ...steps, n: orders.make, m: orders.attach, x: () => orders.ask("discard"), t: () => orders.ask("reply"), ...numbered, ...close });
  });
  return (
    <>
      <header class="top-of-detail"><h2>{t().own.desk.messages.title}</h2></header>
      <div class="scroll" ref={pane} tabIndex={0} role="group" aria-label={t().own.desk.messages.title} data-messages>
        <ProblemText of={problem} />
        {items === null && problem === null && <p class="wait" role="status">{t().common.loading}</p>}
        {items?.length === 0 && <p class="wait">{text.none}</p>}
        {list.length > 0 && <p class="wait q">{text.about}</p>}
        <ul class="lines messages">
          {list.map((one) => (
            <li key={one.id} data-conversation={one.id} data-state={one.state} data-marked={one.id === marked?.id} onPointerDown={() => mark(one.id)} onFocusIn={() => mark(one.id)}>
              <MessageEntry of={shown(one)} onRead={one.id !== marked?.id ? null : read} />
              {one.id === marked?.id && orders !== null && <MessageOrders asking={asking} orders={orders} />}
            </li>
          ))}
        </ul>
        {(told.value?.waiting ?? 0) > list.length && list.length > 0 && <p class="wait q">{text.more((told.value?.waiting ?? 0) - list.length)}</p>}
      </div>
      <div class="orders">
        {/* Beside the list, which scrolls: what became of an order is read wherever its entry stood. */}
        <p class="sent" role="status" data-said>{isLost.value ? text.gone : said}</p>
        <button type="button" class="btn" aria-keyshortcuts="Escape" onClick={() => (place.value = "detail")}>{t().own.case.panel.back} <KeyCap of="Esc" /></button>
      </div>
    </>
  );
}

function refusalOf(problem: Problem): string {
  const text = PUBLIC.read();
  const { state, by } = problem.params;
  if (problem.code === "conflict" && state === "taken") return text.away(by ?? "");
  return problem.code === "conflict" && state === "ended" ? text.ended : sentenceOf(problem);
}
