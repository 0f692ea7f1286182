// Messages from the public take the place of the detail: the longest waiting first, one entry for each sender, everything by keys.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Result, ask, freshKey } from "../../shared/api_client";
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { ProblemText, sentenceOf } from "../../shared/parts/problem_text";
import type { Problem } from "../../shared/problem";
import { word } from "../../shared/word";
import { ownId } from "../handovers";
import { bindKeys } from "../keys";
import { f } from "../say";
import { numberById, place, rows, selectedId } from "../state";
import { t } from "../text";
import { type ShownConversation, report, told } from "./waiting_messages";
import { PUBLIC } from "./list_texts";
import "./message_list.css";

const AT_ONCE = 20;
const LONGEST = 10_000;
const REPLIES = ["received", "where", "call"] as const;
const REASONS = ["spam", "test", "not_urgent", "known", "unclear", "other"] as const;
type Asking = "discard" | "reply" | null;

export async function loadMessages() {
  await PUBLIC.load();
  return MessageList;
}

/** What is waiting, read again whenever the stream tells of a change. */
function useWaiting() {
  const [items, setItems] = useState<readonly ShownConversation[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [times, setTimes] = useState(0);
  const change = JSON.stringify(told.value);
  useEffect(() => {
    const stop = new AbortController();
    void ask("get", "/v1/conversations", { query: { limit: AT_ONCE }, signal: stop.signal }).then((answer) => {
      if (stop.signal.aborted) return;
      setProblem(answer.ok ? null : answer.problem);
      if (answer.ok) setItems(answer.data.items);
    });
    return () => stop.abort();
  }, [change, times]);
  return { items, problem, again: () => setTimes((before) => before + 1) };
}

function MessageList() {
  const text = PUBLIC.read();
  const pane = useRef<HTMLDivElement>(null);
  const { items, problem, again } = useWaiting();
  const [markedId, setMarked] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking>(null);
  const [said, setSaid] = useState("");
  const list = items ?? [];
  const marked = list.find((one) => one.id === markedId) ?? list[0];
  useLayoutEffect(() => pane.current?.focus(), []);
  useEffect(() => document.querySelector("[data-conversation][data-marked=true]")?.scrollIntoView({ block: "nearest" }), [marked?.id]);

  const tell = (answer: Result<unknown>, sentence: string): void => {
    setSaid(answer.ok ? sentence : refusalOf(answer.problem));
    setAsking(null);
    again();
  };
  const make = async (of: ShownConversation): Promise<void> => {
    const path = { conversation_id: of.id };
    const taken = await ask("post", "/v1/conversations/{conversation_id}/take", { path });
    if (!taken.ok) return tell(taken, "");
    // The list holds its beginning.
    const whole = of.is_cut ? await ask("get", "/v1/conversations/{conversation_id}", { path }) : null;
    report(whole?.ok === true ? { ...whole.data, text: whole.data.text.slice(0, LONGEST) } : of);
  };
  const attach = async (of: ShownConversation): Promise<void> => {
    const incident_id = selectedId.value;
    if (incident_id === null) return;
    tell(await ask("post", "/v1/conversations/{conversation_id}/attach", { path: { conversation_id: of.id }, body: { incident_id }, key: freshKey() }), "");
  };
  const discard = async (of: ShownConversation, reason: (typeof REASONS)[number]): Promise<void> =>
    tell(await ask("post", "/v1/conversations/{conversation_id}/discard", { path: { conversation_id: of.id }, body: { reason } }), "");
  const reply = async (of: ShownConversation, which: (typeof REPLIES)[number]): Promise<void> =>
    tell(await ask("post", "/v1/conversations/{conversation_id}/reply", { path: { conversation_id: of.id }, body: { text: which } }), text.sent);
  const move = (step: number) => (): void => {
    const at = list.findIndex((one) => one.id === marked?.id);
    setMarked(list[Math.min(list.length - 1, Math.max(0, at + step))]?.id ?? null);
    setAsking(null);
  };
  useLayoutEffect(() => {
    if (marked === undefined) return;
    const choices = asking === "discard" ? REASONS.map((one) => () => void discard(marked, one)) : asking === "reply" ? REPLIES.map((one) => () => void reply(marked, one)) : [];
    const numbered = Object.fromEntries(choices.map((run, at) => [String(at + 1), run]));
    const close = asking === null ? {} : { escape: () => setAsking(null) };
    return bindKeys({ j: move(1), k: move(-1), n: () => void make(marked), m: () => void attach(marked), x: () => setAsking("discard"), t: () => setAsking("reply"), ...numbered, ...close });
  });
  return (
    <>
      <header class="top-of-detail"><h2>{t().own.desk.messages.title}</h2></header>
      <div class="scroll" ref={pane} tabIndex={0} role="group" aria-label={t().own.desk.messages.title} data-messages>
        <ProblemText of={problem} />
        <p class="q" role="status" data-said>{said}</p>
        {items === null && problem === null && <p class="wait" role="status">{t().common.loading}</p>}
        {items?.length === 0 && <p class="wait">{text.none}</p>}
        {list.length > 0 && <p class="q">{text.about}</p>}
        <ul class="lines messages">
          {list.map((one) => (
            <li key={one.id} data-conversation={one.id} data-state={one.state} data-marked={one.id === marked?.id} onPointerDown={() => setMarked(one.id)} onFocusIn={() => setMarked(one.id)}>
              <Entry of={one} />
              {one.id === marked?.id && <Orders of={one} asking={asking} onAsk={setAsking} make={make} attach={attach} discard={discard} reply={reply} />}
            </li>
          ))}
        </ul>
        {(told.value?.waiting ?? 0) > list.length && list.length > 0 && <p class="q">{text.more((told.value?.waiting ?? 0) - list.length)}</p>}
      </div>
      <div class="orders"><button type="button" class="btn" aria-keyshortcuts="Escape" onClick={() => (place.value = "detail")}>{t().own.case.panel.back} <KeyCap of="Esc" /></button></div>
    </>
  );
}

function refusalOf(problem: Problem): string {
  const text = PUBLIC.read();
  const { state, by } = problem.params;
  if (problem.code === "conflict" && state === "taken") return text.away(by ?? "");
  return problem.code === "conflict" && state === "ended" ? text.ended : sentenceOf(problem);
}

function Entry({ of }: { of: ShownConversation }) {
  const text = PUBLIC.read();
  const { ways } = t().own.case;
  const holder = of.by === null ? "" : of.by === ownId() ? text.takenHere : text.takenBy(of.by);
  const unkept = of.kinds.filter((kind) => kind !== "text" && kind !== "location").map((kind) => text.kinds[kind]);
  const facts = [of.location === null ? "" : text.hasPlace, of.volunteer_id === null ? "" : text.volunteer(of.volunteer_id), of.stopped ? text.stopped : "", ...unkept];
  return (
    <>
      <p class="why">
        <b>{word(ways, of.way)} {of.phone ?? ""}</b>, <span>{text.age(f().clockwork((now.value - Date.parse(of.at)) / 1000))}</span>, {text.texts(of.count)}
        {holder !== "" && <>, <b data-holder>{holder}</b></>}
      </p>
      <p class="words" dir="auto" lang={of.language}>{of.text === "" ? <span class="q">{text.noText}</span> : of.text}</p>
      {of.is_cut && <p class="q">{text.cut}</p>}
      {facts.some(Boolean) && <p class="q">{facts.filter(Boolean).join("; ")}</p>}
    </>
  );
}

interface OrdersOf {
  readonly of: ShownConversation;
  readonly asking: Asking;
  onAsk(what: Asking): void;
  make(of: ShownConversation): Promise<void>;
  attach(of: ShownConversation): Promise<void>;
  discard(of: ShownConversation, reason: (typeof REASONS)[number]): Promise<void>;
  reply(of: ShownConversation, which: (typeof REPLIES)[number]): Promise<void>;
}

function Orders({ of, asking, onAsk, make, attach, discard, reply }: OrdersOf) {
  const text = PUBLIC.read();
  const selected = selectedId.value !== null && rows.value.has(selectedId.value) ? selectedId.value : null;
  if (asking === "discard") {
    return <Choices label={text.why}>{REASONS.map((one, at) => <Choice key={one} of={text.reasons[one]} at={at} onClick={() => void discard(of, one)} />)}</Choices>;
  }
  if (asking === "reply") {
    return <Choices label={text.reply}>{REPLIES.map((one, at) => <Choice key={one} of={text.replies[one]} at={at} onClick={() => void reply(of, one)} />)}</Choices>;
  }
  return (
    <div class="choices">
      <button type="button" class="btn main" data-action="message-make" aria-keyshortcuts="n" onClick={() => void make(of)}>{text.make} <KeyCap of="N" /></button>
      <button type="button" class="btn" data-action="message-attach" aria-keyshortcuts="m" disabled={selected === null} onClick={() => void attach(of)}>{selected === null ? text.attachNone : text.attach(numberById(selected))} <KeyCap of="M" /></button>
      <button type="button" class="btn" data-action="message-reply" aria-keyshortcuts="t" onClick={() => onAsk("reply")}>{text.reply} <KeyCap of="T" /></button>
      <button type="button" class="btn" data-action="message-discard" aria-keyshortcuts="x" onClick={() => onAsk("discard")}>{text.discard} <KeyCap of="X" /></button>
    </div>
  );
}

function Choices({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return <div class="choices" role="group" aria-label={label}><span class="q">{label}</span>{children}</div>;
}

function Choice({ of, at, onClick }: { of: string; at: number; onClick: () => void }) {
  const key = String(at + 1);
  return <button type="button" class="btn" data-choice={key} aria-keyshortcuts={key} onClick={onClick}>{of} <KeyCap of={key} /></button>;
}
