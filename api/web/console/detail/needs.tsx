// Chance, who is needed, and why somebody is missing.
import { f, ruleWord, shortSkill, shortfallWord, skillWord } from "../say";
import { type Decision, type Incident, type Requirement, isOver } from "../state";
import { t } from "../text";
import { isSaidToBeOver } from "./attention_lines";
import { effectOfHints } from "./hint_effects";
import { type SearchWhy, chances, lastSearch } from "./people";

const BOXES_AT_MOST = 6;
interface Given {
  readonly of: Incident;
  readonly decisions: readonly Decision[];
}

export function Needs({ of, decisions }: Given) {
  const text = t().own.case;
  // Of what has ended nobody is missing, and no step follows.
  const found = isOver(of) ? [] : chances(of, decisions);
  const least = found.length === 0 ? null : Math.min(...found.map(([, chance]) => chance));
  const lacking = of.requirements.filter((need) => need.shortfall > 0 && !isOver(of));
  return (
    <>
      {least !== null && (
        <section class="sec odds">
          <b class="live">{f().percent(least)}</b>
          <p>{text.chance(found.map(([skill, chance]) => `${skillWord(skill)} ${f().percent(chance)}`).join(", "))}</p>
        </section>
      )}
      <section class="sec">
        <h3>{text.who}</h3>
        <ul class="lines needs">{of.requirements.map((need) => <Need key={need.id} need={need} lacks={isOver(of) ? 0 : need.shortfall} />)}</ul>
      </section>
      {of.requirements.map((need) => <Hinted key={need.id} need={need} decisions={decisions} />)}
      {lacking.map((need) => <Why key={need.id} of={of} need={need} search={lastSearch(decisions, need.id)} />)}
    </>
  );
}

function Need({ need, lacks }: { need: Requirement; lacks: number }) {
  const text = t().own.case;
  const boxes = Math.min(need.count, BOXES_AT_MOST);
  return (
    <li data-requirement={need.id}>
      <span class="clip" title={skillWord(need.skill)}>{shortSkill(need.skill)}</span>
      <span class="boxes" aria-hidden="true">
        {Array.from({ length: boxes }, (_, at) => <i key={at} class={at < need.accepted ? "f" : lacks > 0 ? "m" : ""} />)}
      </span>
      <b class="r live">{need.accepted}/{need.count}</b>
      <span class={lacks > 0 ? "r miss" : "r q"}>{lacks > 0 ? text.missing(lacks) : need.accepted >= need.count || need.settled !== null ? text.settled : ""}</span>
      <span class="r q live">{need.offered > 0 ? text.asked(need.offered) : ""}</span>
    </li>
  );
}

function Why({ of, need, search }: { of: Incident; need: Requirement; search: SearchWhy | null }) {
  const text = t().own.case;
  const sentences: string[] = [];
  if (need.shortfall_reason !== null) sentences.push(`${capital(shortfallWord(need.shortfall_reason))}.`);
  if (search !== null) sentences.push(looked(search));
  if (search?.bounded === true) sentences.push(text.why.bounded);
  if (need.ladder?.ended === true) {
    if (!isSaidToBeOver(of, need.id)) sentences.push(text.why.over);
  } else if (need.ladder?.next_step_at != null) sentences.push(text.why.step(f().exactTime(need.ladder.next_step_at)));
  if (sentences.length === 0) return null;
  return (
    <section class="sec">
      <h3>{text.whyTitle(skillWord(need.skill))}</h3>
      <p>{sentences.join(" ")}</p>
    </section>
  );
}

/** What a hint of the assistant has changed in this work. */
function Hinted({ need, decisions }: { need: Requirement; decisions: readonly Decision[] }) {
  const text = t().own.case;
  const effect = effectOfHints(decisions, need.id);
  if (effect === null) return null;
  return (
    <section class="sec" data-hint-effect={effect}>
      <h3>{text.whyTitle(skillWord(need.skill))}</h3>
      <p>{effect === "counted" ? text.why.hintCounted : text.why.hintDisagrees}</p>
    </section>
  );
}

/** `The last search examined at most 9 people within 8 km: asked 3, at most 10 busy.` The counts are bounds (3, 10, 30, 100 …),
 * which do not add up; only those asked are exact. */
function looked(search: SearchWhy): string {
  const { why } = t().own.case;
  const parts = search.asked > 0 ? [why.asked(search.asked)] : [];
  for (const [rule, count] of Object.entries(search.excluded ?? {})) parts.push(why.excluded(ruleWord(rule), count));
  const radius = search.searched_m == null ? "" : why.within(f().distance(search.searched_m));
  const head = [why.looked(search.considered), radius].filter(Boolean).join(" ");
  return parts.length === 0 ? `${head}.` : `${head}: ${parts.join(", ")}.`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
