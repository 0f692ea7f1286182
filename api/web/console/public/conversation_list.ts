// A list of messages from the public, read again whenever the stream tells of a change.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import type { Problem } from "../../shared/problem";
import type { MarkedEntry } from "./marked_message";
import { type ShownConversation, told } from "./waiting_messages";

const AT_ONCE = 50;

export interface ConversationList {
  /** null while it is read for the first time. */
  readonly items: readonly ShownConversation[] | null;
  readonly problem: Problem | null;
  /** Whether older ones follow. */
  readonly hasMore: boolean;
  /** Reads the list again. */
  again(): void;
  /** Adds the older ones. */
  more(): void;
  /** This desk is about to settle it. */
  ends(id: string): void;
}

type Which = { readonly ended?: "true"; readonly end?: "discarded" };

export function useConversations(which: Which, marked: MarkedEntry): ConversationList {
  const [items, setItems] = useState<readonly ShownConversation[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pages, setPages] = useState(1);
  const [hasMore, setHasMore] = useState(false);
  const [times, setTimes] = useState(0);
  const endedHere = useRef<string | null>(null);
  // Who chooses an answer changes no entry, and each reading stands in the audit.
  const change = JSON.stringify({ ...told.value, here: null });
  useLayoutEffect(() => marked.comeBack(), []);
  useEffect(() => {
    const stop = new AbortController();
    void readPages(which, pages, stop.signal).then(({ found, more, refused }) => {
      if (stop.signal.aborted) return;
      setProblem(refused);
      if (refused !== null) return;
      marked.takeOrder(found.map((one) => one.id), endedHere.current);
      setItems(found);
      setHasMore(more);
    });
    return () => stop.abort();
  }, [change, times, pages]);
  return { items, problem, hasMore, again: () => setTimes((before) => before + 1), more: () => setPages((before) => before + 1), ends: (id) => void (endedHere.current = id) };
}

async function readPages(which: Which, pages: number, signal: AbortSignal) {
  const found: ShownConversation[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages; page++) {
    const query = { ...which, limit: AT_ONCE, ...(cursor === null ? {} : { cursor }) };
    const answer: Awaited<ReturnType<typeof readPage>> = await readPage(query, signal);
    if (!answer.ok) return { found, more: false, refused: answer.problem };
    found.push(...answer.data.items);
    cursor = answer.data.next;
    if (cursor === null) break;
  }
  return { found, more: cursor !== null, refused: null };
}

const readPage = (query: Which & { readonly limit: number; readonly cursor?: string }, signal: AbortSignal) => ask("get", "/v1/conversations", { query, signal });
