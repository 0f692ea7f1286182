// A new incident, in the order in which a caller tells it. Takes the place of the detail; nothing here needs a mouse.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { announce } from "../../shared/announcer";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { KeyCap } from "../../shared/parts/key_cap";
import { session } from "../../shared/session";
import { picker } from "../map/picking";
import { DrillMark } from "../drill_mark";
import { numberById } from "../queue/called";
import { t } from "../text";
import { draftsOf, isEmpty } from "./draft";
import { fillDrill, isDrillWanted } from "./drill";
import { DrillField } from "./drill_field";
import { AddressField, CallerFields, LanguageField, PlaceField, PriorityField, TypeField, WordsField } from "./fields";
import { ChipList } from "./chip_list";
import { ForeseenNeeds, WorstNeed } from "./foreseen_needs";
import { FormState, type Saved } from "./form_state";
import { MediaField } from "./media_field";
import { Outcome } from "./outcome";
import "./report.css";
import { PUBLIC } from "../public/list_texts";
import { toReport } from "../public/waiting_messages";
import { HOLD_AGAIN_MS, giveBackMessage } from "../public/held_message";
import { IS_SHORTENED, fillFrom } from "../public/prefill";
import { SimilarReports } from "./similar_reports";
import { firstFault } from "./sending";

function saidOf({ joining, into }: Saved): string {
  const text = t().own.report;
  if (joining === null) return text.saved;
  if (joining === "failed") return text.savedNotJoined;
  return joining === "done" ? text.savedAndJoined(numberById(into ?? "")) : text.savedNotKnown(numberById(into ?? ""));
}

export interface ReportFormProps {
  /** The incident to show: the one that was saved, or that it was added to. Null: the person left, and the draft stays. */
  onDone(id: string | null): void;
}

export function ReportForm({ onDone }: ReportFormProps) {
  const person = session.value.kind === "signed-in" ? session.value.session.id : "";
  const lastPerson = useRef(person);
  // A session that ends leaves the form to the person who typed in it.
  if (person !== "") lastPerson.current = person;
  const state = useMemo(() => new FormState(draftsOf(lastPerson.current)), [lastPerson.current]);
  const form = useRef<HTMLFormElement>(null);
  const [isAdopted, setIsAdopted] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [isTyped, setIsTyped] = useState(false);
  const text = t().own.report;
  const draft = state.draft.value;

  useLayoutEffect(() => form.current?.querySelector<HTMLElement>("[data-field=description]")?.focus(), [state]);
  useEffect(() => {
    void state.readTypes();
    void state.adopt().then(() => setIsAdopted(true));
    picker.value = (at) => void state.pickPoint(at);
    return () => {
      picker.value = null;
      state.close();
    };
  }, [state]);

  // After what another window has left: a report that somebody typed is no place for a drill.
  useEffect(() => {
    if (!isAdopted || !isDrillWanted.value) return;
    isDrillWanted.value = false;
    void fillDrill(state).then((isFilled) => setIsBusy(!isFilled));
  }, [isAdopted, isDrillWanted.value]);

  // Somebody's own report is not typed over: it stays, and says so.
  useEffect(() => {
    const of = toReport.value;
    if (!isAdopted || of === null) return;
    toReport.value = null;
    const isFilled = fillFrom(of, state);
    setIsTyped(!isFilled);
    if (!isFilled) giveBackMessage(of.id);
  }, [isAdopted, toReport.value]);

  useEffect(() => {
    if (draft.conversation === null) return;
    void state.holdMessage();
    const timer = setInterval(() => void state.holdMessage(), HOLD_AGAIN_MS);
    return () => clearInterval(timer);
  }, [state, draft.conversation]);

  async function send(): Promise<void> {
    if (state.isSending.value) return;
    const saved = await state.send();
    if (saved !== null && !saved.isWhole) return;
    if (saved !== null) {
      announce(saidOf(saved));
      onDone(saved.joining === "done" ? saved.into : saved.id);
      return;
    }
    const first = firstFault(state.faults.value);
    const wrong = first === "caller" ? "caller_name" : first;
    if (wrong !== null) form.current?.querySelector<HTMLElement>(`[data-field=${wrong}]`)?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!event.repeat) void send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onDone(null);
    }
  }

  return (
    <form
      ref={form}
      class="report"
      aria-labelledby="report-title"
      noValidate
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <header>
        <h2 id="report-title">{draft.exercise ? text.drill.title : text.title}</h2>
        <span class="quiet">{!isEmpty(draft) && state.store.isKept.value && text.kept(formats(language.value).exactTime(draft.savedAtMs))}</span>
      </header>
      {!state.store.isKept.value && <p class="fault" role="status">{text.notKept}</p>}
      {isBusy && !isEmpty(draft) && !draft.exercise && <p class="fault" role="alert" data-drill="busy">{text.drill.busy}</p>}
      {isTyped && !isEmpty(draft) && <p class="fault" role="alert" data-public="busy">{PUBLIC.read().busy}</p>}
      {draft.exercise && <DrillMark />}
      <div class="report-body">
        {draft.conversation !== null && <p class="quiet" data-from-message>{text.ofMessage}</p>}
        {draft.conversation !== null && IS_SHORTENED.test(draft.description) && <p class="fault" role="status" data-shortened>{text.textCut}</p>}
        <WordsField of={state} />
        <PlaceField of={state} />
        <TypeField of={state} />
        <PriorityField of={state} />
        <ChipList of={state} />
        <MediaField of={state} />
        <ForeseenNeeds of={state} />
        <LanguageField of={state} />
        <AddressField of={state} />
        <CallerFields of={state} />
        <DrillField of={state} />
        <p class="report-credit">{text.credit}</p>
      </div>
      <footer>
        <SimilarReports of={state} onOpen={onDone} />
        <Outcome of={state} />
        <WorstNeed of={state} />
        <div class="report-actions">
          <button type="submit" class="btn main" data-action="submit-incident" aria-disabled={state.isSending.value} aria-keyshortcuts="Control+Enter">
            {state.isSending.value ? text.saving : draft.joins !== null ? text.saveAndJoin(numberById(draft.joins.id)) : draft.exercise ? text.drill.start : text.save}
            <KeyCap of="Ctrl Enter" />
          </button>
          <button type="button" class="btn" data-action="postpone-incident" aria-keyshortcuts="Escape" onClick={() => onDone(null)}>
            {text.later}
            <KeyCap of="Esc" />
          </button>
          <button type="button" class="btn" data-action="clear-draft" disabled={isEmpty(draft)} onClick={() => state.empty()}>
            {text.clear}
          </button>
        </div>
      </footer>
    </form>
  );
}
