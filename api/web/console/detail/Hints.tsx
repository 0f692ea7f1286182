// Hints about the texts of an incident, under the text that each is about. Also those that nobody at work sees, shown as such.
import { useEffect, useState } from "preact/hooks";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import { MadeBy, Original, Suggested } from "../../shared/assistant/mark";
import { type Span, wordsOf } from "../../shared/assistant/spans";
import { HINTS } from "../../shared/assistant/texts";
import { type Hint, askedIn, hintSaid, isPlace, namesakesOf, questionsOf } from "../../shared/assistant/values";
import { Verdict } from "../../shared/assistant/verdict";
import { ProblemText } from "../../shared/parts/problem_text";
import { assistantChanges } from "../assistant_changes";
import { nameIn } from "../people/names";
import { calledById } from "../queue/called";
import { f, typeWord } from "../say";
import { type Incident, known, lookAt } from "../state";
import { t } from "../text";
import { useAnswer } from "../views/reading";
import { MergedReport } from "./merged_report";
import { Summary } from "./Summary";
import "./hints.css";

type HintList = components["schemas"]["HintList"];

export async function loadHints() {
  await HINTS.load();
  return Suggestions;
}

/** What became of it comes first: it needs no text, and no assistant that runs. */
function Suggestions({ of }: { of: Incident }) {
  return (
    <>
      <Summary of={of} timeline={known.value?.timeline ?? []} />
      <Hints of={of} />
    </>
  );
}

function Hints({ of }: { of: Incident }) {
  const question = `${of.id} ${of.version} ${assistantChanges.value}`;
  const { data, problem } = useAnswer<HintList>(question, (signal) => ask("get", "/v1/incidents/{incident_id}/hints", { path: { incident_id: of.id }, signal }));
  const [shown, setShown] = useState<HintList | null>(null);
  // The last ones stay while newer ones are read, but not after a switch.
  useEffect(() => setShown(null), [of.id, assistantChanges.value]);
  useEffect(() => void (data !== null && setShown(data)), [data]);
  const items = (data ?? shown)?.items ?? null;
  if (problem !== null) return <ProblemText of={problem} />;
  if (items === null) return <p class="q" role="status">{t().common.loading}</p>;
  if (items.length === 0) return <p class="q">{HINTS.read().none}</p>;
  const sources = [...new Set(items.map(sourceOf))];
  return (
    <Suggested tag="div" class="hints-body">
      <p class="q"><MadeBy /> · {HINTS.read().wrong}</p>
      {sources.map((source) => <OfText key={source} incident={of} hints={items.filter((one) => sourceOf(one) === source)} />)}
    </Suggested>
  );
}

/** The answer or merged report whose text it is; of the description neither. */
const sourceOf = (hint: Hint): string => hint.offer_id ?? hint.report_id ?? "description";

function OfText({ incident, hints }: { incident: Incident; hints: readonly Hint[] }) {
  const text = t().own.case.hints;
  const [offerId, reportId] = [hints[0]?.offer_id ?? null, hints[0]?.report_id ?? null];
  const [looked, setLooked] = useState<readonly Span[]>([]);
  const material = incident.material.find((one) => one.offer_id === offerId);
  const person = incident.offers.find((one) => one.id === offerId)?.volunteer_id ?? "";
  // The words of a merged report stand in the timeline, beside its number.
  const original = reportId !== null ? null : offerId === null ? (incident.description ?? null) : (material?.text ?? null);
  const spoken = offerId === null ? incident.language : (material?.language ?? null);
  const places = hints.filter(({ kind }) => kind === "place");
  return (
    <div data-hints-of={offerId ?? reportId ?? "description"}>
      {offerId !== null && <h4>{text.ofResult(nameIn(incident, person))}</h4>}
      {reportId !== null && <h4>{text.ofReport} <MergedReport id={reportId} /></h4>}
      {original !== null && <Original text={original} lang={spoken} spans={looked} />}
      <ul class="lines">
        {hints.map((one) => (
          <li
            key={one.id}
            data-hint={one.id}
            data-kind={one.kind}
            data-mode={one.mode}
            tabIndex={0}
            onFocus={() => setLooked(one.spans)}
            onBlur={() => setLooked([])}
            onMouseEnter={() => setLooked(one.spans)}
            onMouseLeave={() => setLooked([])}
            onKeyDown={judgeByKey}
          >
            <OfOne incident={incident} hint={one} words={original === null ? "" : wordsOf(original, one.spans)} namesakes={namesakesOf(one, places)} spoken={spoken} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function OfOne({ incident, hint, words, namesakes, spoken }: { incident: Incident; hint: Hint; words: string; namesakes: number; spoken: string | null }) {
  const { own } = t();
  const text = own.case.hints;
  const texts = HINTS.read();
  const { value } = hint;
  const people = hint.shown_to.map((id) => nameIn(incident, id));
  return (
    <>
      <p>
        <span class="q">{texts.kinds[hint.kind]}:</span>{" "}
        {hint.kind === "missing" ? <span lang={askedIn(spoken)}>{questionsOf(value, spoken).map((one) => one.text).join(" ")}</span> : <b>{hintSaid(hint, texts, typeWord, calledById)}</b>}
        {words !== "" && hint.kind !== "language" && <> <q>{words}</q></>}
        {hint.probability !== null && hint.probability < UNSURE && <span class="q"> {texts.unsure}</span>}
        {namesakes > 1 && <span class="q"> {texts.namesakes(namesakes)}</span>}
      </p>
      <p class="q">
        {hint.mode === "on" ? (people.length === 0 ? text.nobody : text.shownTo(f().list(people))) : <strong>{text.modes[hint.mode]}</strong>}
        {" "}<Verdict incident={incident.id} hint={hint} class="btn" />
        {hint.kind === "place" && isPlace(value) && value.location.type === "Point" && <> <OnMap at={value.location.coordinates} /></>}
      </p>
    </>
  );
}

/** On the line itself: 1 it is right, 0 it is wrong. */
function judgeByKey(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  if ((event.key !== "1" && event.key !== "0") || event.altKey || event.ctrlKey || event.metaKey) return;
  const button = event.currentTarget.querySelector<HTMLElement>(`[data-verdict=${event.key === "1" ? "right" : "wrong"}]`);
  if (button === null) return;
  event.preventDefault();
  button.click();
}

const UNSURE = 0.5;

function OnMap({ at: [lon, lat] }: { at: readonly [number, number] }) {
  return <button type="button" class="btn" data-action="show-place" onClick={() => (lookAt.value = { lon, lat })}>{t().own.case.hints.onMap}</button>;
}
