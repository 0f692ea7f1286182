// The fields of the report. Solid: stated or chosen by the person. Dashed: proposed, and taken only when the person takes it.
import { useId } from "preact/hooks";
import { languageName } from "../../shared/language_name";
import { type Priority, SeverityShape } from "../../shared/parts/severity";
import { sentenceOf } from "../../shared/parts/problem_text";
import { t } from "../text";
import { Combobox } from "./combobox";
import { Labelled } from "./labelled";
import { type FormState, titleOf } from "./form_state";
import { languageByLetters } from "./matching";
import { HeardLine } from "./media_field";
import { PlaceInput } from "./place_input";
import { WordsInput } from "./words_input";
import type { FaultCode, Field as FieldName } from "./sending";

const PRIORITIES: readonly Priority[] = ["critical", "high", "normal", "low"];
/** The languages that calls come in; the server accepts others too. */
const SPOKEN = ["kk", "ru", "en", "uz", "ky", "tr", "zh", "de", "uk", "ug"];

function faultOf(of: FormState, field: FieldName): string | null {
  const code = of.faults.value[field];
  if (code === undefined) return null;
  const texts: { readonly refused: string } & Readonly<Partial<Record<FaultCode, string>>> = t().own.report.faults[field];
  return texts[code] ?? texts.refused;
}

export function WordsField({ of }: { of: FormState }) {
  const id = useId();
  const draft = of.draft.value;
  const fault = faultOf(of, "description");
  return (
    <Labelled label={t().own.report.words} id={id}>
      <WordsInput
        id={id}
        text={draft.description}
        lang={draft.language}
        spans={of.suggestions.spansIn(draft.description)}
        fault={fault}
        onText={(description) => of.change({ description }, "description")}
      />
      {fault !== null && <p class="fault" role="alert" id={`${id}-fault`}>{fault}</p>}
      <HeardLine of={of} />
    </Labelled>
  );
}

export function LanguageField({ of }: { of: FormState }) {
  const id = useId();
  const draft = of.draft.value;
  const text = t().own.report;
  // The assistant tells the language by a chip of its own.
  const isTold = of.suggestions.chips.value.some(({ kind }) => kind === "language");
  const proposed = draft.language === "" && !isTold ? languageByLetters(draft.description) : null;
  const fault = faultOf(of, "language");
  return (
    <div class="report-part report-language">
      <label class="report-label" for={id}>{text.language}</label>
      <select id={id} class="field report-field" data-field="language" value={draft.language} onChange={(event) => of.change({ language: event.currentTarget.value }, "language")}>
        <option value="">{text.notStated}</option>
        {SPOKEN.map((one) => <option key={one} value={one}>{languageName(one)}</option>)}
      </select>
      {proposed !== null && (
        <button type="button" class="report-proposed" onClick={() => of.change({ language: proposed }, "language")}>
          {text.byLetters(languageName(proposed))}
        </button>
      )}
      {fault !== null && <p class="fault" role="alert">{fault}</p>}
    </div>
  );
}

export function PlaceField({ of }: { of: FormState }) {
  return <PlaceInput of={of.places} fault={faultOf(of, "place")} />;
}

export function AddressField({ of }: { of: FormState }) {
  const id = useId();
  const fault = faultOf(of, "address");
  return (
    <Labelled label={t().own.report.address} id={id}>
      <input
        id={`${id}-input`}
        class="field report-field"
        data-field="address"
        type="text"
        autocomplete="off"
        value={of.draft.value.address}
        aria-invalid={fault !== null}
        onInput={(event) => of.change({ address: event.currentTarget.value }, "address")}
      />
      {fault !== null && <p class="fault" role="alert">{fault}</p>}
    </Labelled>
  );
}

export function TypeField({ of }: { of: FormState }) {
  const id = useId();
  const draft = of.draft.value;
  const text = t().own.report;
  const options = of.fitting.value.map((one) => ({
    key: one.type,
    label: (
      <>
        <span>{titleOf(one)}</span>
        <span class="quiet">{t().words.priorities[one.priority]}</span>
      </>
    ),
  }));
  return (
    <Labelled label={text.type} more={draft.type === null ? null : text.chosen} id={id}>
      <Combobox
        field="type"
        text={draft.typeText}
        options={options}
        placeholder={text.typeHint}
        isChosen={draft.type !== null}
        fault={faultOf(of, "type")}
        labelId={id}
        onText={(typed) => of.typeType(typed)}
        onPick={(key) => of.pickType(key)}
      />
      {of.typesProblem.value !== null && (
        <p class="fault" role="alert">
          {text.typesFailed} {sentenceOf(of.typesProblem.value)}{" "}
          <button type="button" class="btn" onClick={() => void of.readTypes()}>{t().common.actions.retry}</button>
        </p>
      )}
    </Labelled>
  );
}

export function PriorityField({ of }: { of: FormState }) {
  const draft = of.draft.value;
  const { own, words } = t();
  const byPlan = of.types.value.find((one) => one.type === draft.type)?.priority ?? null;
  const fault = faultOf(of, "priority");
  return (
    <fieldset class="report-part">
      <legend class="report-label">
        <span>{own.report.priority}</span>
        <span class="report-more">{draft.priority !== null ? own.report.chosen : byPlan !== null ? own.report.byPlan : null}</span>
      </legend>
      <div class="report-priorities">
        {PRIORITIES.map((one) => (
          <label key={one} class={`mark ${one} ${draft.priority === null && byPlan === one ? "is-proposed" : ""}`}>
            <input
              type="radio"
              class="visually-hidden"
              name="priority"
              data-field="priority"
              value={one}
              checked={draft.priority === one}
              onChange={() => of.change({ priority: one }, "priority")}
              onClick={() => draft.priority === one && of.change({ priority: null }, "priority")}
            />
            <SeverityShape of={one} />
            <span>{words.priorities[one]}</span>
          </label>
        ))}
      </div>
      {fault !== null && <p class="fault" role="alert">{fault}</p>}
    </fieldset>
  );
}

export function CallerFields({ of }: { of: FormState }) {
  const draft = of.draft.value;
  const text = t().own.report;
  const fault = faultOf(of, "caller");
  return (
    <fieldset class="report-part">
      <legend class="report-label"><span>{text.caller}</span></legend>
      <div class="report-caller">
        <input class="field report-field" data-field="caller_name" type="text" autocomplete="off" placeholder={text.callerName} aria-label={text.callerName} value={draft.callerName}
          onInput={(event) => of.change({ callerName: event.currentTarget.value }, "caller")} />
        <input class="field report-field" data-field="caller_phone" type="tel" autocomplete="off" placeholder={text.callerPhone} aria-label={text.callerPhone} value={draft.callerPhone}
          onInput={(event) => of.change({ callerPhone: event.currentTarget.value }, "caller")} />
      </div>
      {fault !== null && <p class="fault" role="alert">{fault}</p>}
    </fieldset>
  );
}
