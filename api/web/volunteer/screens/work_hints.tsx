// What software read in the text of a piece of digital work: marked, the words of the caller first, nothing chosen by itself.
import type { Signal } from "@preact/signals";
import { MadeBy, Suggested } from "../../shared/assistant/mark";
import { type Span, wordsOf } from "../../shared/assistant/spans";
import { HINTS } from "../../shared/assistant/texts";
import { type Hint, askedIn, hintSaid, isPlace, namesakesOf, placeAround, placeName, questionsOf } from "../../shared/assistant/values";
import { Verdict } from "../../shared/assistant/verdict";
import { languageName } from "../../shared/language_name";
import { hintsOf, isUsed, spotOfHint } from "../assisted";
import type { Draft } from "../drafts";
import type { Offer } from "../jobs";
import { written } from "../map/written";
import { Icon } from "../parts/icon";
import { typeWord } from "../words";
import { reportName } from "./other_reports";
import "./work_hints.css";

type Task = NonNullable<Offer["task"]>;
/** Work whose answer is a text that words can be added to. */
const WRITTEN = new Set<Task["kind"]>(["translate", "summarise", "monitor_media"]);

interface Given {
  readonly task: Task;
  readonly incident: string;
  readonly draft: Draft;
  readonly looked: Signal<readonly Span[]>;
  change(part: Partial<Draft>): void;
}

/** `task`: another incident is called as its answer calls it. */
export const saidOf = (hint: Hint, task: Task | null = null): string => hintSaid(hint, HINTS.read(), typeWord, (incident) => (task === null ? "" : reportName(task, incident)));

export function WorkHints(given: Given) {
  const [hints, follow] = [hintsOf(given.task), given.task.hints_follow];
  const { work, wrong } = HINTS.read();
  if (follow) return <p class="label hints-follow" data-hints="follow"><Icon of="lock" /><span>{work.follow}</span></p>;
  if (hints.length === 0) return null;
  const [asked, places] = [hints.filter(({ kind }) => kind === "missing"), hints.filter(({ kind }) => kind === "place")];
  const isPlaceAsked = given.task.outcomes.includes("located");
  // The language stands over the words already.
  const isSpoken = given.task.material.language !== null;
  const others = hints.filter((one) => !(isSpoken && one.kind === "language") && !asked.includes(one) && !(isPlaceAsked && places.includes(one)) && !(IN_LANGUAGES.has(one.kind) && saidOf(one, given.task) === ""));
  return (
    <Suggested class="hint" label={work.title}>
      <p class="hint-head"><MadeBy /></p>
      <div>
        {isPlaceAsked && places.length > 0 && <Candidates {...given} places={places} />}
        {asked.map((one) => <Questions key={one.id} {...given} hint={one} />)}
        {others.length > 0 && <ul>{others.map((one) => <Line key={one.id} {...given} hint={one} />)}</ul>}
        <p class="label">{wrong}</p>
      </div>
    </Suggested>
  );
}

/** One tap fills the field; the person still sends. */
function Candidates({ task, incident, draft, looked, change, places }: Given & { readonly places: readonly Hint[] }) {
  const texts = HINTS.read();
  const original = task.material.description ?? "";
  return (
    <>
      <p class="label">{texts.work.candidates}</p>
      <ul>
        {places.map((one) => {
          const { value } = one;
          const spot = spotOfHint(one);
          if (!isPlace(value) || spot === null) return null;
          const isTaken = isUsed(one, draft, "");
          const [words, many] = [wordsOf(original, one.spans), namesakesOf(one, places)];
          const take = (): void => {
            looked.value = one.spans;
            change(isTaken ? { place: "" } : { outcome: "located", place: written(spot), assisted: [...new Set([...draft.assisted, one.id])] });
          };
          return (
            <li key={one.id}>
              <button type="button" class="button candidate" data-hint={one.id} data-kind="place" aria-pressed={isTaken} onFocus={() => (looked.value = one.spans)} onClick={take}>
                {words !== "" && <q>{words}</q>}
                <strong>{placeName(value, texts)}</strong>
                <span class="label">{[placeAround(value), many > 1 ? texts.namesakes(many) : "", one.probability !== null && one.probability < UNSURE ? texts.unsure : "", isTaken ? texts.work.taken : ""].filter(Boolean).join(" · ")}</span>
              </button>
              <Verdict incident={incident} hint={one} class="button" />
            </li>
          );
        })}
      </ul>
    </>
  );
}

const UNSURE = 0.5;
/** What a language may be switched off in, or may not have passed its checks. */
const IN_LANGUAGES = new Set<Hint["kind"]>(["draft", "summary"]);

/** In the language of the caller, to be read out and ticked off. The ticks stay on this device. */
function Questions({ task, draft, change, hint }: Given & { readonly hint: Hint }) {
  const { work } = HINTS.read();
  const spoken = task.material.language;
  const asked = questionsOf(hint.value, spoken);
  // An offer that an older server told has facts alone.
  if (asked.length === 0) return null;
  const tick = (fact: string): void => change({ asked: draft.asked.includes(fact) ? draft.asked.filter((one) => one !== fact) : [...draft.asked, fact] });
  return (
    <fieldset class="questions" data-hint={hint.id} data-kind="missing">
      <legend>{spoken === null ? work.questionsOnly : work.questions(languageName(askedIn(spoken)))}</legend>
      {asked.map(({ fact, text }) => (
        <label key={fact} lang={askedIn(spoken)}>
          <input type="checkbox" data-question={fact} checked={draft.asked.includes(fact)} onChange={() => tick(fact)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The words first, then what software makes of them. */
function Line({ task, incident, draft, looked, change, hint }: Given & { readonly hint: Hint }) {
  const texts = HINTS.read();
  const said = saidOf(hint, task);
  const words = wordsOf(task.material.description ?? "", hint.spans);
  const isTaken = isUsed(hint, draft, said);
  const add = (): void => change({ text: [draft.text.trimEnd(), said].filter(Boolean).join(" "), assisted: [...new Set([...draft.assisted, hint.id])] });
  return (
    <li data-hint={hint.id} data-kind={hint.kind}>
      <button type="button" class="plain says" aria-pressed={looked.value === hint.spans} onClick={() => (looked.value = looked.value === hint.spans ? [] : hint.spans)}>
        {words !== "" && <q>{words}</q>}
        <span><span class="label">{texts.kinds[hint.kind]}:</span> <strong>{said}</strong></span>
      </button>
      {WRITTEN.has(task.kind) && (isTaken ? <span class="label">{texts.work.taken}</span> : <button type="button" class="button" data-action="add-hint" onClick={add}>{texts.work.add}</button>)}
      <Verdict incident={incident} hint={hint} class="button" />
    </li>
  );
}
