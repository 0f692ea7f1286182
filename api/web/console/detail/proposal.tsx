// A result of digital work that waits for an operator: what it would change, who gave it, and the two answers.
import type { components } from "../../shared/api";
import { nameAt } from "../queue/place_text";
import { coordinates } from "../say";
import { calledById } from "../queue/called";
import { t } from "../text";
import { centreOf } from "./centre";
import { isBusy, judge } from "./orders";

export type Proposal = components["schemas"]["ProposalShown"];

interface Given {
  readonly of: Proposal;
  readonly incidentId: string;
  /** The name of who gave the newest answer. */
  readonly by: string;
  readonly onDone?: () => void;
}

export function ProposalLine({ of, incidentId, by, onDone }: Given) {
  const text = t().own.case;
  const said = `${text.proposals}: ${[proposalWord(of.kind), subjectOf(of)].filter(Boolean).join(" ")} (${by})`;
  const answer = (verdict: "accept" | "reject") => (): void => void judge(incidentId, of.id, verdict).then(onDone);
  return (
    <div class="proposed" data-proposal={of.id}>
      <span>{said}</span>
      <button type="button" class="btn" data-action="accept-proposal" disabled={isBusy.value} onClick={answer("accept")}>{text.accept}</button>
      <button type="button" class="btn" data-action="reject-proposal" disabled={isBusy.value} onClick={answer("reject")}>{text.reject}</button>
    </div>
  );
}

function proposalWord(kind: string): string {
  const { proposal } = t().own.case;
  const known: Readonly<Partial<Record<string, string>>> = proposal;
  return known[kind] ?? proposal.other;
}

/** The other incident by its number with what and where it is, the other place by its name. */
function subjectOf(of: Proposal): string {
  if (of.incident_id !== null) return calledById(of.incident_id);
  const centre = centreOf(of.location);
  return centre === null ? "" : (nameAt(centre) ?? coordinates(centre));
}
