// What became of an incident, as far as it is known.
import type { Offer } from "../jobs";
import { TEXTS } from "../screens/past_text";
import { Icon } from "./icon";

/** `open`: what is said while it is not over. */
export function Fate({ of, open }: { of: Offer; open?: string }) {
  const { fates } = TEXTS.read();
  const outcome = of.outcome;
  const isCancelled = (outcome?.status ?? of.incident.status) === "cancelled";
  const isOpen = outcome === null && of.incident.status !== "closed" && !isCancelled;
  const ended = isCancelled ? fates.cancelled : fates.closed;
  const says = isOpen ? (open ?? fates.open) : outcome?.merged ? fates.merged : outcome?.code == null ? ended : fates.codes[outcome.code];
  return <p class={isOpen ? "fate open" : "fate"}><Icon of={isOpen ? "clock" : "check"} /><span>{says}</span></p>;
}
