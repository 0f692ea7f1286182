// Messages that were discarded, as long as they are kept: who did it, when and why; and what was discarded in error waits again.
import { useLayoutEffect } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { KeyCap } from "../../shared/parts/key_cap";
import { bindKeys } from "../keys";
import { f } from "../say";
import { useConversations } from "./conversation_list";
import { PUBLIC } from "./list_texts";
import { discardedMark } from "./marked_message";
import { MessageEntry, senderOf } from "./message_entry";
import { MessagePane, moving } from "./message_pane";
import { useRunning } from "./running_orders";
import { isLonger, useWholeText } from "./whole_text";

/** The server forgets them then (DESIGN 264). */
const KEPT_S = 7 * 24 * 3600;
const DISCARDED = { ended: "true", end: "discarded" } as const;

export function DiscardedList({ onBack }: { onBack: () => void }) {
  const text = PUBLIC.read();
  const list = useConversations(DISCARDED, discardedMark);
  const whole = useWholeText();
  const running = useRunning(() => undefined);
  const items = list.items ?? [];
  const marked = items.find((one) => one.id === discardedMark.id.value);
  const read = marked === undefined || !isLonger(marked, whole.of(marked)) ? null : () => running.run("read", marked.id, async () => running.tell(await whole.open(marked), ""));
  const takeBack = marked === undefined ? null : () => running.run("take-back", marked.id, async () => {
    list.ends(marked.id);
    running.tell(await ask("post", "/v1/conversations/{conversation_id}/take-back", { path: { conversation_id: marked.id } }), text.takenBack(senderOf(marked)));
    list.again();
  });
  const move = (step: number) => () => moving(items, discardedMark, step);
  useLayoutEffect(() => bindKeys({ j: move(1), k: move(-1), enter: () => read?.(), u: () => takeBack?.(), e: () => list.hasMore && list.more(), d: onBack, escape: onBack }));
  return (
    <MessagePane
      title={text.discardedTitle(f().hours(KEPT_S))}
      of={list}
      marked={discardedMark}
      none={text.discardedNone(f().hours(KEPT_S))}
      about={text.discardedAbout}
      rest={list.hasMore && <p class="wait"><button type="button" class="btn" data-action="messages-earlier" aria-keyshortcuts="e" onClick={list.more}>{text.earlier} <KeyCap of="E" /></button></p>}
      said={running.said}
      grown={marked === undefined ? "" : whole.of(marked)?.first}
      entry={(one, isMarked) => (
        <>
          <MessageEntry of={one} page={whole.of(one)} isMarked={isMarked} onRead={isMarked ? read : null} />
          {isMarked && takeBack !== null && <div class="choices"><button type="button" class="btn main" data-action="message-take-back" aria-keyshortcuts="u" onClick={takeBack}>{text.takeBack} <KeyCap of="U" /></button></div>}
        </>
      )}
      buttons={<button type="button" class="btn" aria-keyshortcuts="Escape" onClick={onBack}>{text.discardedBack} <KeyCap of="Esc" /></button>}
    />
  );
}
