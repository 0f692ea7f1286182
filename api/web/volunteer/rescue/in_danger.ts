// Where the people are to whose rescue this person goes. Their incident stands where they were sent to, which may be far from them.
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { useReadAgain } from "../../shared/read_again";
import { type Offer, isAssigned } from "../jobs";

export type InDanger = components["schemas"]["PersonInDistress"];

/** Null: the work is about nobody's danger. Empty: it is not known yet. What was read last stays while there is no network. */
export function useInDanger(offer: Offer): readonly InDanger[] | null {
  const isWanted = (offer.people_in_distress ?? 0) > 0 && isAssigned(offer.state);
  const found = useReadAgain(isWanted ? offer.id : null, readPeople);
  return isWanted ? (found ?? []) : null;
}

async function readPeople(offer_id: string, signal: AbortSignal): Promise<readonly InDanger[] | null> {
  const answer = await ask("get", "/v1/offers/{offer_id}", { path: { offer_id }, signal });
  if (!answer.ok) return null;
  const { person, others_in_distress: others } = answer.data;
  return person == null ? [] : [person, ...(others ?? [])];
}
