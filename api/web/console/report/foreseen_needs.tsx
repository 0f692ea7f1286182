// Whom the report would ask, before it is saved; only the lines of the plan while nobody can tell who is free.
import { now } from "../../shared/clock";
import { linesAt } from "../plans";
import { f, skillWord } from "../say";
import { t } from "../text";
import { AGED_MS, type ForeseenNeed } from "./foresight";
import type { FormState } from "./form_state";

interface Line {
  readonly skill: string;
  readonly capability: "field" | "digital";
  readonly count: number;
  readonly found: ForeseenNeed | null;
}

export function ForeseenNeeds({ of }: { of: FormState }) {
  const text = t().own.report;
  const seen = of.foresight.state.value;
  const lines = seen.kind === "known" ? seen.preview.needs.map((one) => ({ ...one, found: one })) : linesOfPlan(of);
  // Nobody is asked for a report that is added to another incident.
  if (lines.length === 0 || of.draft.value.joins !== null) return null;
  const ageMs = seen.kind === "known" ? now.value - seen.atMs : 0;
  const isAged = ageMs >= AGED_MS;
  return (
    <section class={isAged ? "report-needs is-aged" : "report-needs"} aria-busy={seen.kind === "looking"}>
      <table aria-label={text.whom}>
        <thead>
          <tr>
            <th scope="col">{text.whom}</th>
            <th scope="col">{text.free}</th>
            <th scope="col">{text.nearest}</th>
            <th scope="col">{text.chance}</th>
          </tr>
        </thead>
        <tbody>{lines.map((one, at) => <Need key={at} line={one} />)}</tbody>
      </table>
      {isAged && <p class="report-told fault" role="status">{text.figuresOf(f().duration(Math.floor(ageMs / 1000)))}</p>}
      <p class="report-told" role="status">
        {seen.kind === "looking" ? text.counting : seen.kind === "unknown" ? text.freeUnknown : seen.kind === "none" ? text.freeNeedsPlace : null}
      </p>
    </section>
  );
}

/** Beside the button, which is always in view: the table may be below the fold, and nobody must learn only afterwards that nobody comes. */
export function WorstNeed({ of }: { of: FormState }) {
  const text = t().own.report;
  const seen = of.foresight.state.value;
  const worst = seen.kind === "known" && of.draft.value.joins === null ? worstOf(seen.preview.needs) : null;
  if (seen.kind !== "known" || worst === null) return null;
  const ageMs = now.value - seen.atMs;
  return (
    <p class="report-short" data-short={worst.skill}>
      <span role="status">{text.short(skillWord(worst.skill), freeOf(worst), worst.count, worst.chance === null ? null : f().percent(worst.chance))}</span>
      {/* Not in the live part: it changes every second. */}
      {ageMs >= AGED_MS && <> ({text.ago(f().duration(Math.floor(ageMs / 1000)))})</>}
    </p>
  );
}

/** Below it the places are likelier left empty than filled. */
const LIKELY = 0.5;

/** Of the requirements that would not be filled the one with the least hope; null: all would be, or nobody can tell. */
export function worstOf(needs: readonly ForeseenNeed[]): ForeseenNeed | null {
  const isShort = (one: ForeseenNeed): boolean => one.free_near !== null && one.free_near < one.count && one.is_capped !== true;
  const hope = (one: ForeseenNeed): number => one.chance ?? (isShort(one) ? 0 : 1);
  const share = (one: ForeseenNeed): number => (one.free_near ?? one.count) / one.count;
  const unfilled = needs.filter((one) => isShort(one) || hope(one) < LIKELY);
  return unfilled.sort((a, b) => hope(a) - hope(b) || share(a) - share(b))[0] ?? null;
}

function Need({ line }: { line: Line }) {
  const { skill, capability, count, found } = line;
  return (
    <tr>
      <th scope="row">
        {skillWord(skill)} <b>{count}</b>
        {capability === "digital" && <span class="quiet"> {t().words.capabilities.digital}</span>}
      </th>
      <td class="live">{found === null ? "" : freeOf(found)}</td>
      <td class="live">{found === null ? "" : found.nearest_eta_s === null ? "—" : f().duration(found.nearest_eta_s)}</td>
      <td class="live"><b>{found === null ? "" : found.chance === null ? "—" : f().percent(found.chance)}</b></td>
    </tr>
  );
}

/** `4–10`: the server tells bounds, not numbers. `31+`: the search stopped, because there are enough. */
export function freeOf(found: Pick<ForeseenNeed, "free_near" | "free_near_at_least" | "is_capped">): string {
  const { free_near: most, free_near_at_least: least } = found;
  if (most === null || least === null) return "—";
  if (found.is_capped === true) return `${least}+`;
  return least === most ? String(most) : `${least}–${most}`;
}

function linesOfPlan(of: FormState): Line[] {
  return linesAt(of.types.value, of.draft.value, 1).map((one) => ({ ...one, found: null }));
}
