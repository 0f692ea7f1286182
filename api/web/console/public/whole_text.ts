// All that is kept of one message from the public, page by page: a flood by one sender must not stop the desk.
import { useState } from "preact/hooks";
import { type Result, ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import type { ShownConversation } from "./waiting_messages";

export type TextPage = components["schemas"]["ConversationMessages"];

export function readText(conversation: string, cursor: string | null): Promise<Result<TextPage>> {
  return ask("get", "/v1/conversations/{conversation_id}/messages", { path: { conversation_id: conversation }, query: cursor === null ? {} : { cursor } });
}

export interface WholeText {
  /** The page that was opened of this entry; null: none, or it is no longer all that was written. */
  of(one: ShownConversation): TextPage | null;
  /** Opens the next page, behind the last one the first. */
  open(one: ShownConversation): Promise<Result<TextPage>>;
}

export function useWholeText(): WholeText {
  const [opened, setOpened] = useState<{ readonly id: string; readonly page: TextPage } | null>(null);
  const of = (one: ShownConversation): TextPage | null => {
    if (opened === null || opened.id !== one.id) return null;
    const { page } = opened;
    // Of many pages one stays while the sender goes on: a flood could never be read.
    return page.count === one.count || page.next !== null || page.first > 1 ? page : null;
  };
  const open = async (one: ShownConversation): Promise<Result<TextPage>> => {
    const answer = await readText(one.id, of(one)?.next ?? null);
    if (answer.ok) setOpened({ id: one.id, page: answer.data });
    return answer;
  };
  return { of, open };
}

/** Whether more can be read of it than is shown. */
export function isLonger(one: ShownConversation, page: TextPage | null): boolean {
  return page === null ? one.is_cut : page.next !== null || page.first > 1;
}
