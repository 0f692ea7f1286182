// What no event tells: read at once, and again while it is shown and the page is in view.
import { useEffect, useState } from "preact/hooks";

/** Every reading of a place is audited, and nobody is driven faster than this. */
const READ_EVERY_MS = 15_000;

/** `of`: whose; null: nothing is read. `read` answers null where there is no answer: what was read last stays. Null: nothing yet. */
export function useReadAgain<T>(of: string | null, read: (of: string, signal: AbortSignal) => Promise<T | null>): T | null {
  const [found, setFound] = useState<T | null>(null);
  useEffect(() => {
    setFound(null);
    if (of === null) return;
    const cut = new AbortController();
    const readOnce = async (): Promise<void> => {
      const answer = await read(of, cut.signal);
      if (answer !== null && !cut.signal.aborted) setFound(answer);
    };
    void readOnce();
    const timer = setInterval(() => void (document.visibilityState === "visible" && readOnce()), READ_EVERY_MS);
    return () => {
      clearInterval(timer);
      cut.abort();
    };
  }, [of]);
  return found;
}
