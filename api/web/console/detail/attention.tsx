// What waits for an operator, each with the button that says it is handled; what helpers proposed.
import { attentionWord, f, skillWord } from "../say";
import type { Incident } from "../state";
import { t } from "../text";
import { Bang } from "../parts";
import { nameIn } from "../people/names";
import { calledById } from "../queue/called";
import { attentionLines } from "./attention_lines";
import { handled, isBusy } from "./orders";
import { ProposalLine } from "./proposal";
import type { components } from "../../shared/api";

type Reason = components["schemas"]["AttentionReason"];

export function Attention({ of }: { of: Incident }) {
  const text = t().own.case;
  const waiting = attentionLines(of);
  const proposals = (of.proposals ?? []).filter(() => of.times.closed === null);
  if (waiting.length === 0 && proposals.length === 0) return null;
  return (
    <section class="sec">
      <h3>{text.attentionTitle}</h3>
      <ul class="lines asks">
        {waiting.map((one) => {
          const about = [...one.people.map((id) => nameIn(of, id)), ...one.skills.map(skillWord), ...one.incidents.map(calledById)].join(", ");
          const said = [attentionWord(one.reason), about].filter(Boolean).join(": ");
          return (
            <li key={one.reason} data-attention={one.reason}>
              <Bang />
              <span class="clip" title={said}>{said}</span>
              <time class="q" dateTime={one.since}>{f().time(one.since)}</time>
              <button type="button" class="btn" disabled={isBusy.value} onClick={() => void handled(one.reason as Reason)}>{text.handled}</button>
            </li>
          );
        })}
        {proposals.map((one) => (
          <li key={one.id}><ProposalLine of={one} incidentId={of.id} by={nameIn(of, one.by)} /></li>
        ))}
      </ul>
    </section>
  );
}
