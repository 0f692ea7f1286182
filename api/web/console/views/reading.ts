// What a page reads from the API, read again when the question changes.
import { useEffect, useState } from "preact/hooks";
import type { Result } from "../../shared/api_client";
import type { Problem } from "../../shared/problem";

export interface Read<T> {
  readonly data: T | null;
  readonly problem: Problem | null;
  readonly again: () => void;
}

/** `question`: what the answer depends on. An answer to an earlier question is dropped. */
export function useAnswer<T>(question: string, read: (signal: AbortSignal) => Promise<Result<T>>): Read<T> {
  const [answer, setAnswer] = useState<{ readonly of: string; readonly data: T | null; readonly problem: Problem | null }>({ of: "", data: null, problem: null });
  const [times, setTimes] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    void read(stop.signal).then((result) => {
      if (!stop.signal.aborted) setAnswer({ of: question, data: result.ok ? result.data : null, problem: result.ok ? null : result.problem });
    });
    return () => stop.abort();
  }, [question, times]);
  const isCurrent = answer.of === question;
  return { data: isCurrent ? answer.data : null, problem: isCurrent ? answer.problem : null, again: () => setTimes((before) => before + 1) };
}
