// Where the people are to whose rescue this person goes. Their incident stands where they were sent to, which may be far from them.
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { type Offer, isAssigned } from "../jobs";

export type InDanger = components["schemas"]["PersonInDistress"];

/** Every reading is audited, and nobody in danger is driven faster than this. */
const READ_EVERY_MS = 15_000;

/** Null: the work is about nobody's danger. Empty: it is not known yet. What was read last stays while there is no network. */
export function useInDanger(offer: Offer): readonly InDanger[] | null {
  const [found, setFound] = useState<readonly InDanger[]>([]);
  const isWanted = (offer.people_in_distress ?? 0) > 0 && isAssigned(offer.state);
  useEffect(() => {
    setFound([]);
    if (!isWanted) return;
    const cut = new AbortController();
    const read = async (): Promise<void> => {
      const answer = await ask("get", "/v1/offers/{offer_id}", { path: { offer_id: offer.id }, signal: cut.signal });
      if (!answer.ok || cut.signal.aborted) return;
      const { person, others_in_distress: others } = answer.data;
      setFound(person == null ? [] : [person, ...(others ?? [])]);
    };
    void read();
    const timer = setInterval(() => void (document.visibilityState === "visible" && read()), READ_EVERY_MS);
    return () => {
      clearInterval(timer);
      cut.abort();
    };
  }, [offer.id, isWanted]);
  return isWanted ? found : null;
}
