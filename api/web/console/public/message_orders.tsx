// What can be done with the marked entry: as buttons, each with its key, or the choices of one that was pressed.
import { KeyCap } from "../../shared/parts/key_cap";
import { numberById } from "../queue/called";
import { rows, selectedId } from "../state";
import { PUBLIC } from "./list_texts";

export const REPLIES = ["received", "where", "call"] as const;
export const REASONS = ["spam", "test", "not_urgent", "known", "unclear", "other"] as const;
export type Asking = "discard" | "reply";

export interface Orders {
  make(): void;
  attach(): void;
  ask(what: Asking): void;
  discard(reason: (typeof REASONS)[number]): void;
  reply(which: (typeof REPLIES)[number]): void;
}

export function MessageOrders({ asking, orders }: { asking: Asking | null; orders: Orders }) {
  const text = PUBLIC.read();
  const selected = selectedId.value !== null && rows.value.has(selectedId.value) ? selectedId.value : null;
  if (asking === "discard") {
    return <Choices label={text.why}>{REASONS.map((one, at) => <Choice key={one} of={text.reasons[one]} at={at} onClick={() => orders.discard(one)} />)}</Choices>;
  }
  if (asking === "reply") {
    return <Choices label={text.reply}>{REPLIES.map((one, at) => <Choice key={one} of={text.replies[one]} at={at} onClick={() => orders.reply(one)} />)}</Choices>;
  }
  return (
    <div class="choices">
      <button type="button" class="btn main" data-action="message-make" aria-keyshortcuts="n" onClick={orders.make}>{text.make} <KeyCap of="N" /></button>
      <button type="button" class="btn" data-action="message-attach" aria-keyshortcuts="m" disabled={selected === null} onClick={orders.attach}>{selected === null ? text.attachNone : text.attach(numberById(selected))} <KeyCap of="M" /></button>
      <button type="button" class="btn" data-action="message-reply" aria-keyshortcuts="t" onClick={() => orders.ask("reply")}>{text.reply} <KeyCap of="T" /></button>
      <button type="button" class="btn" data-action="message-discard" aria-keyshortcuts="x" onClick={() => orders.ask("discard")}>{text.discard} <KeyCap of="X" /></button>
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
