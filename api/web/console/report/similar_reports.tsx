// Open incidents that the report may repeat: dashed as long as only the software says so, solid once the person has chosen one.
import { useLayoutEffect } from "preact/hooks";
import { MADE_BY, MadeBy } from "../../shared/assistant/mark";
import { KeyCap } from "../../shared/parts/key_cap";
import { SeverityShape } from "../../shared/parts/severity";
import { bindKeys } from "../keys";
import { f, statusWord, typeWord } from "../say";
import { numberById, rowOf } from "../queue/called";
import { placeText } from "../queue/place_text";
import { isOpen } from "../state";
import { t } from "../text";
import type { Joined } from "./draft";
import type { FormState } from "./form_state";
import type { LikelySame } from "./likely_same";

/** Keys of the first, second and third; free beside those of desk, queue and map. */
const JOIN_KEYS = ["m", "l", "q"];
const OPEN_KEYS = ["i", "h", "d"];

interface Given {
  readonly of: FormState;
  onOpen(id: string): void;
}

export function SimilarReports({ of, onOpen }: Given) {
  const text = t().own.report;
  const { joins } = of.draft.value;
  const found = shownOf(of.similar.value, joins);
  useLayoutEffect(() => {
    const join = found.map((one, at) => [JOIN_KEYS[at], () => of.join(one)] as const);
    const open = found.map((one, at) => [OPEN_KEYS[at], () => onOpen(one.id)] as const);
    return bindKeys(Object.fromEntries([...join, ...open]));
  }, [of, found.map((one) => one.id).join()]);
  if (found.length === 0) return null;
  return (
    <section class="report-similar" aria-labelledby="report-similar">
      <p class="report-label"><span id="report-similar">{text.similar}</span></p>
      <ul>
        {found.map((one, at) => (
          <li key={one.id} class={joins?.id === one.id ? "is-chosen" : ""} data-similar={one.id} {...(one.isRead === true ? { "data-made-by": MADE_BY } : {})}>
            <Name of={one} />
            <p class="quiet">{aboutOf(one)}{one.isRead === true && <> <MadeBy>{text.assist.by}</MadeBy></>}</p>
            <p class="report-similar-acts">
              <button type="button" class="btn" data-action="join-incident" aria-pressed={joins?.id === one.id} aria-keyshortcuts={`Alt+${JOIN_KEYS[at]}`} onClick={() => of.join(one)}>
                {text.join}
                <KeyCap of={`Alt ${JOIN_KEYS[at]?.toUpperCase()}`} />
              </button>
              <button type="button" class="btn" data-action="open-similar" aria-keyshortcuts={`Alt+${OPEN_KEYS[at]}`} onClick={() => onOpen(one.id)}>
                {text.open}
                <KeyCap of={`Alt ${OPEN_KEYS[at]?.toUpperCase()}`} />
              </button>
            </p>
          </li>
        ))}
      </ul>
      {joins !== null && <p class="report-joins" role="status">{text.joinsHint(numberById(joins.id))}</p>}
    </section>
  );
}

function Name({ of }: { of: LikelySame }) {
  const row = rowOf(of.id);
  return (
    <p class={`mark ${row?.priority ?? ""}`}>
      {row !== null && <SeverityShape of={row.priority} />} <b>{numberById(of.id)}</b> <span>{[typeWord(of.type), ...(row === null ? [] : [placeText(row), ...(isOpen(row) ? [] : [statusWord(row.status)])])].join(", ")}</span>
    </p>
  );
}

/** Chosen ones stay in view although the words have changed since: what will be done must be seen. */
function shownOf(similar: readonly LikelySame[], joins: Joined | null): LikelySame[] {
  const isListed = joins === null || similar.some((one) => one.id === joins.id);
  return (isListed ? [...similar] : [joins, ...similar]).slice(0, JOIN_KEYS.length);
}

/** `420 m, 18 min ago, similar words`; distance, age and type speak for themselves. */
function aboutOf(one: LikelySame): string {
  const text = t().own.report;
  const reasons: Readonly<Partial<Record<string, string>>> = text.likeness;
  const parts = [
    one.distance_m == null ? "" : f().distance(one.distance_m),
    one.age_s === undefined ? "" : text.ago(f().duration(one.age_s)),
    ...(one.why ?? []).map((reason) => reasons[reason] ?? ""),
  ];
  return parts.filter(Boolean).join(", ");
}
