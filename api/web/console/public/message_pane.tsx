// A list of messages from the public in the place of the detail: one entry is marked, and worked on by keys.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { ProblemText } from "../../shared/parts/problem_text";
import { t } from "../text";
import type { ConversationList } from "./conversation_list";
import { PUBLIC } from "./list_texts";
import type { MarkedEntry } from "./marked_message";
import type { ShownConversation } from "./waiting_messages";

interface Given {
  readonly title: string;
  readonly of: ConversationList;
  readonly marked: MarkedEntry;
  readonly none: string;
  readonly about: string;
  /** Behind the last entry. */
  readonly rest: ComponentChildren;
  readonly said: string;
  readonly buttons: ComponentChildren;
  /** Changes where the marked entry may have grown. */
  readonly grown: unknown;
  readonly entry: (one: ShownConversation, isMarked: boolean) => ComponentChildren;
}

export function MessagePane({ title, of, marked, none, about, rest, said, buttons, grown, entry }: Given) {
  const pane = useRef<HTMLDivElement>(null);
  const markedId = marked.id.value;
  useLayoutEffect(() => pane.current?.focus(), []);
  useEffect(() => document.querySelector("[data-conversation][data-marked=true]")?.scrollIntoView({ block: "nearest" }), [markedId, grown]);
  const { items, problem } = of;
  return (
    <>
      <header class="top-of-detail"><h2>{title}</h2></header>
      <div class="scroll" ref={pane} tabIndex={0} role="group" aria-label={title} data-messages>
        <ProblemText of={problem} />
        {items === null && problem === null && <p class="wait" role="status">{t().common.loading}</p>}
        {items?.length === 0 && <p class="wait">{none}</p>}
        {items !== null && items.length > 0 && <p class="wait q">{about}</p>}
        <ul class="lines messages">
          {(items ?? []).map((one) => (
            <li key={one.id} data-conversation={one.id} data-state={one.state} data-marked={one.id === markedId} onPointerDown={() => marked.mark(one.id)} onFocusIn={() => marked.mark(one.id)}>
              {entry(one, one.id === markedId)}
            </li>
          ))}
        </ul>
        {items !== null && items.length > 0 && rest}
      </div>
      <div class="orders">
        {/* Beside the list, which scrolls: what became of an order is read wherever its entry stood. */}
        <p class="sent" role="status" data-said>{marked.isLost.value ? PUBLIC.read().gone : said}</p>
        {buttons}
      </div>
    </>
  );
}

/** Marks the next or the previous entry. */
export function moving(list: readonly ShownConversation[], marked: MarkedEntry, step: number): void {
  const at = list.findIndex((one) => one.id === marked.id.peek());
  marked.mark(list[Math.min(list.length - 1, Math.max(0, at + step))]?.id ?? null);
}
