// Changes what an incident says of itself. A conflict shows both values, who changed it and when, and the operator chooses.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../../shared/problem";
import { draft, giveBack, keepDraft } from "../drafts";
import { fieldWord, f, priorityWord, typeWord } from "../say";
import type { Incident } from "../state";
import { t } from "../text";
import { colleagues, editedField, editorsOf } from "./colleagues";
import { type Conflict, type Edit, type Field, begun, bodyOf, changedFields, following, keepMine, keptEdit, storedText, takeTheirs, typed, valuesOf } from "./edit";
import { EditPlace, placeWord, usePlace } from "./edit_place";
import { FormFrame } from "./form_frame";
import { LOST, change, problem } from "./orders";

const PRIORITIES = ["critical", "high", "normal", "low"] as const;

/** By incident: the draft of an edit that lost after it was accepted. Its form sends it once more, and the answer names both values. */
const lost = new Map<string, string>();

export function EditForm({ of }: { of: Incident }) {
  const text = t().own.case;
  const kept = `edit ${of.id}`;
  const [edit, setEdit] = useState<Edit>(() => keptEdit(draft(kept)) ?? begun(of));
  const [isLost] = useState(() => draft(kept) !== "" && lost.get(of.id) === draft(kept));
  const [isResumed, setResumed] = useState(() => draft(kept) !== "" && !isLost);
  const mayAskAgain = useRef(!isLost);
  const isKept = useRef(false);
  const [conflicts, setConflicts] = useState<readonly Conflict[]>([]);
  useEffect(() => setEdit((before) => following(before, valuesOf(of))), [of]);
  useEffect(() => () => void (editedField.value = null), []);
  // Leaving the form, by Escape or by a lost session, loses nothing. What came back while nothing was typed here is not this form's.
  useEffect(() => {
    const isChanged = changedFields(edit).length > 0;
    if (isChanged || isKept.current) keepDraft(kept, isChanged ? JSON.stringify(edit) : "");
    isKept.current = isChanged;
  }, [edit]);
  useFocusOfChoice(conflicts, isLost);
  const place = usePlace(edit, setEdit);
  const send = async (): Promise<void> => {
    const whole = await place.settled();
    if (whole === null || changedFields(whole).length === 0) return;
    // What the form has sent by itself is not sent by itself again.
    const mayAsk = mayAskAgain.current;
    mayAskAgain.current = true;
    lost.delete(of.id);
    const onRefused = ({ code }: Problem): void => {
      giveBack(kept, JSON.stringify(whole));
      if (code === LOST && mayAsk) lost.set(of.id, JSON.stringify(whole));
    };
    if (await change(bodyOf(whole), setConflicts, onRefused)) keepDraft(kept, "");
  };
  useEffect(() => {
    if (isLost) void send();
  }, []);
  const discard = (): void => {
    setEdit(begun(of));
    place.empty();
    setConflicts([]);
    setResumed(false);
    problem.value = null;
    document.querySelector<HTMLElement>("form.is-edit [data-first]")?.focus();
  };
  const decide = (one: Conflict, how: typeof keepMine): void => {
    setEdit(how(edit, one.field as Field, storedText(one.field, one.theirs)));
    // Its field would go on showing the place that was given up.
    if (one.field === "location" && how === takeTheirs) place.empty();
    setConflicts(conflicts.filter((other) => other !== one));
    if (conflicts.length === 1) problem.value = null;
  };
  const input = (field: Field, given: object = {}) => ({
    "data-field": `edit-${field}`,
    "aria-label": fieldWord(field),
    value: edit.mine[field],
    onFocus: () => void (editedField.value = field),
    onBlur: () => void (editedField.value = null),
    onInput: (event: { currentTarget: { value: string } }) => setEdit(typed(edit, field, event.currentTarget.value)),
    ...given,
  });
  return (
    <FormFrame title={text.panel.edit} kind="is-edit" canSend={(changedFields(edit).length > 0 || place.isTyped) && conflicts.length === 0} {...(conflicts.length > 0 ? { lacks: text.panel.choiceMissing } : {})} onSend={() => void send()}>
      {isResumed && <p class="q" role="status">{text.panel.unsent} <button type="button" class="btn" data-action="discard-edit" onClick={discard}>{text.panel.discard}</button></p>}
      <Label of="priority">
        <select class="input" {...input("priority", { "data-first": true })}>
          {PRIORITIES.map((one) => <option key={one} value={one}>{priorityWord(one)}</option>)}
        </select>
      </Label>
      <Label of="type">
        <select class="input" {...input("type")}>
          {Object.keys(t().words.types).map((one) => <option key={one} value={one}>{typeWord(one)}</option>)}
        </select>
      </Label>
      <Label of="description"><textarea rows={3} maxLength={10_000} dir="auto" {...input("description")} /></Label>
      <EditPlace of={place} present={placeWord(edit.base.location)} />
      <Label of="address"><input class="input" maxLength={500} dir="auto" {...input("address")} /></Label>
      {conflicts.map((one) => <Choice key={one.field} of={one} onMine={() => decide(one, keepMine)} onTheirs={() => decide(one, takeTheirs)} />)}
    </FormFrame>
  );
}

/**
 * A choice takes its own button away: the keys go on to the next choice, then to what sends it. `isUnasked`: the form came by itself,
 * so an Enter that was on its way elsewhere must not choose.
 */
function useFocusOfChoice(conflicts: readonly Conflict[], isUnasked: boolean): void {
  const before = useRef(conflicts.length);
  useLayoutEffect(() => {
    const form = document.querySelector("form.is-edit");
    const first = isUnasked && before.current === 0 ? "[data-conflict]" : "[data-choice=mine]";
    if (conflicts.length > 0) form?.querySelector<HTMLElement>(first)?.focus();
    else if (before.current > 0) (form?.querySelector<HTMLElement>("[type=submit]:enabled") ?? form?.querySelector<HTMLElement>("[data-first]"))?.focus();
    before.current = conflicts.length;
  }, [conflicts]);
}

function Label({ of, children }: { of: Field; children: ComponentChildren }) {
  const others = colleagues.value.length > 0 ? editorsOf(of) : [];
  return (
    <label class={others.length > 0 ? "edited is-shared" : "edited"} data-edited-by={others.join(" ") || undefined}>
      <span>{fieldWord(of)}{others.length > 0 && <em>{t().own.case.here.editing(others.join(", "))}</em>}</span>
      {children}
    </label>
  );
}

function Choice({ of, onMine, onTheirs }: { of: Conflict; onMine: () => void; onTheirs: () => void }) {
  const text = t().own.case.panel;
  const shown = (value: unknown): string => valueWord(of.field, storedText(of.field, value));
  return (
    <div class="conflict" role="group" tabIndex={-1} aria-label={fieldWord(of.field)} data-conflict={of.field}>
      <p role="alert">{text.conflict(fieldWord(of.field), of.by ?? "", of.at == null ? "" : f().time(of.at))}</p>
      <p>{text.theirs}: <b dir="auto" data-theirs>{shown(of.theirs)}</b></p>
      <p>{text.mine}: <b dir="auto" data-mine>{shown(of.mine)}</b></p>
      <button type="button" class="btn" data-choice="mine" onClick={onMine}>{text.keepMine}</button>
      <button type="button" class="btn" data-choice="theirs" onClick={onTheirs}>{text.takeTheirs}</button>
    </div>
  );
}

function valueWord(field: string, value: string): string {
  if (field === "location") return placeWord(value);
  if (field === "priority") return priorityWord(value as Parameters<typeof priorityWord>[0]);
  return field === "type" ? typeWord(value) : value;
}
