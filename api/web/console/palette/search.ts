// Asks the server for what the open rows do not show. Only the answer to what is typed now counts.
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { lookedAt } from "../map/picking";

export type Found = components["schemas"]["FoundEntry"];

export interface Search {
  readonly items: readonly Found[];
  readonly isBusy: boolean;
  readonly isComplete: boolean;
}

/** Nobody types two letters slower than this within a word. */
const PAUSE_MS = 200;
export const SHORTEST = 2;
const NOTHING: Search = { items: [], isBusy: false, isComplete: true };

export function useSearch(typed: string): Search {
  const wanted = typed.trim();
  const [known, setKnown] = useState<{ readonly of: string; readonly found: Search }>({ of: "", found: NOTHING });
  useEffect(() => {
    if (wanted.length < SHORTEST) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      // Of places with one name the nearest is likeliest meant, and what is open around it.
      const here = lookedAt();
      const query = { q: wanted, ...(here === null ? {} : { near: `${here.lon},${here.lat}` }) };
      void ask("get", "/v1/search", { query, signal: stop.signal }).then((answer) => {
        if (stop.signal.aborted) return;
        const found = answer.ok ? { items: answer.data.items, isBusy: false, isComplete: answer.data.complete } : { ...NOTHING, isComplete: false };
        setKnown({ of: wanted, found });
      });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted]);
  if (wanted.length < SHORTEST) return NOTHING;
  return known.of === wanted ? known.found : { ...NOTHING, isBusy: true };
}
