// Suggestions of software for the report: dashed, marked with a shape and a word, one key each. Below the fields that an intake goes
// through, so that none of them moves and no key more is needed when they come.
import { useLayoutEffect, useRef } from "preact/hooks";
import { MadeBy, Suggested } from "../../shared/assistant/mark";
import { type Span, wordsOf } from "../../shared/assistant/spans";
import { HINTS } from "../../shared/assistant/texts";
import { askedIn, peopleSaid, placeAround, placeName, questionsOf } from "../../shared/assistant/values";
import { KeyCap } from "../../shared/parts/key_cap";
import { word } from "../../shared/word";
import { bindKeys } from "../keys";
import { f, priorityWord, typeWord } from "../say";
import { t } from "../text";
import { type Chip, phoneOf } from "./chips";
import type { FormState } from "./form_state";
import type { ReportRead } from "./reading";

export function ChipList({ of }: { of: FormState }) {
  const text = t().own.report.assist;
  const seen = of.suggestions.reading.state.value;
  const chips = of.suggestions.chips.value;
  // By what a key takes when it is pressed: an answer that comes in between must not put another chip under it unseen.
  const shown = useRef(chips);
  shown.current = chips;
  useLayoutEffect(() => {
    const act = (key: string) => () => {
      const chip = shown.current.find((one) => one.key === key);
      if (chip !== undefined) of.suggestions.toggle(chip);
    };
    return bindKeys(Object.fromEntries(chips.map(({ key }) => [key, act(key)])));
  }, [of, chips.map(({ key }) => key).join()]);
  if (seen.kind === "none") return null;
  if (seen.kind !== "known") return <p class="report-told assist-quiet" role="status" data-assistant={seen.kind === "away" ? seen.why : "reading"}>{seen.kind === "reading" ? text.reading : text[seen.why]}</p>;
  return (
    <Suggested class="assist" label={text.title}>
      <p class="report-label" role="status"><MadeBy>{text.by}</MadeBy><span class="report-more">{word(HINTS.read().languages, seen.read.language.value)}</span></p>
      {chips.length > 0 && <ul class="chips">{chips.map((one) => <li key={one.id}><ChipButton of={of} chip={one} text={seen.text} /></li>)}</ul>}
      <Facts of={of} read={seen.read} text={seen.text} />
      <Questions read={seen.read} />
      {chips.length === 0 && seen.read.missing.length === 0 && <p class="report-told">{HINTS.read().none}</p>}
      <HowRight read={seen.read} />
    </Suggested>
  );
}

/** How far suggestions in this language can be relied on: said where they are shown. */
function HowRight({ read }: { read: ReportRead }) {
  const text = t().own.report.assist;
  // An API of an earlier version, during an upgrade, tells none.
  const { verdict, lower_bound } = read.standing ?? { verdict: "too_few" as const, lower_bound: null };
  const isWeak = read.language.value === "mixed" || read.language.value === "other";
  const told = verdict === "poor" ? text.poor : verdict === "good" && lower_bound !== null ? text.good(f().percent(lower_bound)) : text.tooFew;
  return <p class="report-told assist-quiet" data-verdict={verdict}>{isWeak && `${text.weak} `}{told}</p>;
}

function ChipButton({ of, chip, text }: { of: FormState; chip: Chip; text: string }) {
  const words = t().own.report.assist;
  const isTaken = of.suggestions.isTaken(chip);
  const said = saidOf(chip);
  const quoted = wordsOf(text, chip.spans);
  return (
    <button
      type="button"
      class="chip"
      data-chip={chip.id}
      data-kind={chip.kind}
      aria-pressed={isTaken}
      aria-keyshortcuts={`Alt+${chip.key}`}
      {...looking(of, chip.spans)}
      onClick={() => of.suggestions.toggle(chip)}
    >
      <KeyCap of={`Alt ${chip.key.toUpperCase()}`} />
      <span class="chip-says">
        <span class="visually-hidden">{fieldOf(chip)}: </span>
        <b>{said.name}</b>
        {said.more !== "" && <span class="q">{said.more}</span>}
        {quoted !== "" && chip.kind !== "phone" && chip.kind !== "name" && <q>{quoted}</q>}
        {chip.isUnsure && !isTaken && <span class="q">{HINTS.read().unsure}</span>}
        {isTaken && <span class="chosen">{words.taken}</span>}
      </span>
    </button>
  );
}

/** The words of what is looked at are marked in the text, for the pointer and for the focus. */
function looking(of: FormState, spans: readonly Span[]) {
  const look = (): void => void (of.suggestions.looked.value = spans);
  const leave = (): void => void (of.suggestions.looked.value === spans && (of.suggestions.looked.value = []));
  return { onMouseEnter: look, onFocus: look, onMouseLeave: leave, onBlur: leave };
}

function fieldOf(chip: Chip): string {
  const { kinds } = HINTS.read();
  return chip.kind === "threat" ? t().own.report.priority : kinds[chip.kind];
}

function saidOf(chip: Chip): { readonly name: string; readonly more: string } {
  const texts = HINTS.read();
  if (chip.kind === "type") return { name: typeWord(chip.type), more: "" };
  if (chip.kind === "phone") return { name: phoneOf(chip.phone), more: texts.kinds.phone };
  if (chip.kind === "name") return { name: chip.name, more: texts.kinds.name };
  if (chip.kind === "threat") return { name: priorityWord("critical"), more: `${texts.kinds.threat}: ${chip.threats.map((one) => word(texts.threats, one)).join(", ")}` };
  if (chip.kind === "language") return { name: word(texts.languages, chip.language), more: texts.kinds.language };
  if (chip.kind === "road") return { name: chip.words, more: texts.kinds.road };
  const around = [placeAround(chip.place), chip.namesakes > 1 ? texts.namesakes(chip.namesakes) : ""];
  return { name: placeName(chip.place, texts), more: around.filter(Boolean).join(" · ") };
}

interface Fact {
  readonly name: string;
  readonly says: string;
  readonly spans: readonly Span[];
}

/** What the form has no field for: it is told, and stays in the words of the caller. */
function Facts({ of, read, text }: { of: FormState; read: ReportRead; text: string }) {
  const texts = HINTS.read();
  const facts: Fact[] = [
    ...read.people.map((one) => ({ name: texts.kinds.people, says: peopleSaid(one, texts), spans: one.spans })),
    ...read.times.map((one) => ({ name: texts.kinds.time, says: texts.when[one.when], spans: one.spans })),
    ...read.denied.map((one) => ({ name: texts.kinds.denied, says: word(texts.denied, one.what), spans: one.spans })),
  ];
  if (facts.length === 0) return null;
  return (
    <ul class="assist-facts">
      {facts.map((one, at) => (
        <li key={at} tabIndex={0} data-fact {...looking(of, one.spans)}><span class="q">{one.name}:</span> {one.says} <q>{wordsOf(text, one.spans)}</q></li>
      ))}
    </ul>
  );
}

const ASKED_AT_MOST = 4;

/** In the language of the caller, so that they can be read out. */
function Questions({ read }: { read: ReportRead }) {
  const spoken = read.language.value;
  const asked = questionsOf({ questions: read.questions }, spoken).slice(0, ASKED_AT_MOST);
  if (asked.length === 0) return null;
  return (
    <div class="assist-asks">
      <p class="q">{HINTS.read().kinds.missing}:</p>
      <ol lang={askedIn(spoken)}>{asked.map(({ fact, text }) => <li key={fact}>{text}</li>)}</ol>
    </div>
  );
}
