// What software found in a report that this person has judged without seeing it: beside their own answer, which stands.
import { MadeBy, Suggested } from "../../shared/assistant/mark";
import { HINTS } from "../../shared/assistant/texts";
import { type Hint, claimsOf } from "../../shared/assistant/values";
import { Verdict } from "../../shared/assistant/verdict";
import { language } from "../../shared/language";
import { hintsOf } from "../assisted";
import { ENDS, outcomeWord } from "../ends";
import type { Offer } from "../jobs";
import { saidOf } from "./work_hints";

export async function loadAfterAnswer() {
  await Promise.all([HINTS.load(), ENDS.load()]);
  return AfterAnswer;
}

function AfterAnswer({ offer }: { offer: Offer }) {
  const texts = HINTS.read();
  return (
    <Suggested class="hint" label={texts.work.after}>
      <p class="hint-head"><MadeBy /></p>
      <div data-hints="after">
        {offer.result !== null && <p><strong>{texts.work.yours(outcomeWord(offer.result.outcome))}</strong></p>}
        <p class="label">{texts.work.after}</p>
        <ul>{toldOnce(hintsOf(offer.task)).map((one) => <li key={one.id} data-hint={one.id} data-kind={one.kind}><span class="label">{texts.kinds[one.kind]}:</span> {one.kind === "claims" ? <Claims of={one} /> : <strong>{saidOf(one, offer.task)}</strong>} <Verdict incident={offer.incident_id} hint={one} class="button" /></li>)}</ul>
        <p class="label">{texts.wrong}</p>
      </div>
    </Suggested>
  );
}

function Claims({ of }: { of: Hint }) {
  return <ul class="claims">{claimsOf(of.value).map((one, at) => <li key={at} data-claim={one.code}><strong>{one[language.value]}</strong></li>)}</ul>;
}

/** The facts of the checklist, for a report that was read before there was one. */
const IN_CLAIMS: ReadonlySet<Hint["kind"]> = new Set<Hint["kind"]>(["type", "place", "people", "time", "denied", "threat"]);

function toldOnce(hints: readonly Hint[]): readonly Hint[] {
  return hints.some(({ kind }) => kind === "claims") ? hints.filter(({ kind }) => !IN_CLAIMS.has(kind)) : hints;
}
