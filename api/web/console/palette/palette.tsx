// The command line of the console: an input at the foot, its options above it, over the map only.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { LANGUAGES, OWN_NAMES } from "../../shared/language";
import { KeyCap } from "../../shared/parts/key_cap";
import { SeverityShape } from "../../shared/parts/severity";
import { leave } from "../leaving";
import { choose } from "../../shared/text";
import { THEMES, chooseTheme } from "../../shared/theme";
import { arm } from "../alarms/sounds";
import { openForm } from "../detail/orders";
import { filter } from "../queue/list";
import { numberOf } from "../queue/number";
import { FILTERS } from "../queue/order";
import { placeText } from "../queue/place_text";
import { openReport } from "../queue/queue";
import { priorityWord, typeOf } from "../say";
import { numberById } from "../queue/called";
import { type Row, lookAt, openInvite, place, rows, select, selectedId } from "../state";
import { openDrill } from "../report/drill";
import { isShown, openMessages } from "../public/waiting_messages";
import { isHelpOpen } from "../shell/help";
import { t } from "../text";
import { openView } from "../views/route";
import { type Action, type Option, optionsFor } from "./commands";
import { withFound } from "./found";
import { useSearch } from "./search";

export const isPaletteOpen = signal(false);
let before: Element | null = null;

/** From wherever the focus is; it returns there when the palette closes. */
export function openPalette(): void {
  if (isPaletteOpen.value) return;
  before = document.activeElement;
  isPaletteOpen.value = true;
}

export function closePalette(): void {
  isPaletteOpen.value = false;
  if (before instanceof HTMLElement && before.isConnected) before.focus();
  before = null;
}

function actions(): Action[] {
  const { desk, case: one, views } = t().own;
  const selected = selectedId.value;
  const found: Action[] = [{ id: "new", label: desk.queue.create, key: "N", run: openReport }];
  found.push({ id: "drill", label: desk.first.drill, key: null, run: openDrill });
  found.push({ id: "tasks", label: one.tasks.title, key: "G", run: () => void (place.value = "tasks") });
  if (isShown.value) found.push({ id: "messages", label: desk.messages.title, key: "9", run: openMessages });
  if (selected !== null) {
    const orders = one.orders;
    found.push(
      { id: "assign", label: orders.assign, key: "S", run: () => openForm("assign") },
      { id: "escalate", label: orders.escalate, key: "E", run: () => openForm("escalate") },
      { id: "edit", label: orders.edit, key: "D", run: () => openForm("edit") },
      { id: "note", label: orders.note, key: "T", run: () => openForm("note") },
      { id: "merge", label: orders.merge, key: "M", run: () => openForm("merge") },
      { id: "split", label: orders.split, key: "Q", run: () => openForm("split") },
      { id: "close", label: orders.close, key: "C", run: () => openForm("close") },
      { id: "cancel", label: orders.cancel, key: "X", run: () => openForm("cancel") },
      { id: "why", label: one.whyNot, key: "W", run: () => openForm("why") },
      { id: "report", label: views.report.open, key: "I", run: () => openView({ kind: "report", id: selected }) },
    );
  }
  found.push(
    { id: "board", label: views.board.title, key: "B", run: () => openView({ kind: "board" }) },
    { id: "shift", label: views.shift.title, key: "V", run: () => openView({ kind: "shift" }) },
    { id: "archive", label: views.archive.title, key: "H", run: () => openView({ kind: "archive" }) },
    { id: "assistant", label: views.assistant.title, key: "P", run: () => openView({ kind: "assistant" }) },
  );
  found.push(...FILTERS.map((of) => ({ id: `filter ${of}`, label: desk.palette.filter(desk.queue[of]), key: null, run: () => void (filter.value = of) })));
  found.push({ id: "sound", label: `${desk.head.sound}: ${desk.head.arm}`, key: null, run: () => void arm() });
  found.push({ id: "invite", label: desk.invite.open, key: null, run: openInvite });
  found.push({ id: "help", label: desk.foot.keys, key: "?", run: () => void (isHelpOpen.value = true) });
  found.push(...LANGUAGES.map((of) => ({ id: of, label: OWN_NAMES[of], key: null, run: () => void choose(of) })));
  found.push(...THEMES.map((of) => ({ id: of, label: desk.palette.theme(desk.theme[of]), key: null, run: () => chooseTheme(of) })));
  found.push({ id: "out", label: t().common.signIn.out, key: null, run: () => void leave() });
  return found;
}

function textOf(row: Row): string {
  return `${numberOf(row)} ${typeOf(row)}, ${priorityWord(row.priority)}, ${placeText(row)}`;
}

function assign(id: string, person: string): Action {
  const run = (): void => {
    select(id);
    assignTo(person);
  };
  return { id: `assign ${id}`, label: t().own.desk.palette.assign(person, numberById(id)), key: null, run };
}

function assignTo(person: string): void {
  place.value = "detail";
  openForm("assign", person);
}

export function Palette() {
  const text = t().own.desk;
  if (!isPaletteOpen.value) {
    return (
      <button type="button" class="command" data-action="palette" aria-keyshortcuts="Control+K" onClick={openPalette}>
        <KeyCap of="Ctrl K" /> <KeyCap of="/" /> <span class="clip">{text.foot.command}</span>
      </button>
    );
  }
  return <Open />;
}

function Open() {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  // By what it is and not by where it stands: an answer that comes in between must not put another line under Enter.
  const [marked, setMarked] = useState<string | null>(null);
  const text = t().own.desk.palette;
  const search = useSearch(typed);
  const local = optionsFor(typed, { rows: rows.value.values(), actions: actions(), textOf, open: openRow, assign });
  const options = withFound(typed, local, search.items, { rows: rows.value, selected: selectedId.value, open: openRow, report: openReportOf, assignTo, show: showPlace });
  const at = Math.max(0, options.findIndex((one) => keyOf(one) === marked));
  useLayoutEffect(() => input.current?.focus(), []);

  function run(option: Option | undefined): void {
    if (option === undefined) return;
    closePalette();
    option.run();
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = options[Math.min(options.length - 1, Math.max(0, at + (step ?? 0)))];
    if (step !== undefined) setMarked(next === undefined ? null : keyOf(next));
    else if (event.key === "Tab" && options[at] !== undefined) setTyped(options[at].label);
    else if (event.key === "Enter" && !event.repeat) run(options[at]);
    else if (event.key === "Escape") closePalette();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  return (
    <div class="command is-open" onKeyDown={onKeyDown}>
      <div class="over palette">
        <ul id="palette-options" role="listbox" aria-label={text.label}>
          {options.map((option, place) => (
            <li key={keyOf(option)} id={`option-${place}`} role="option" aria-selected={place === at} onPointerDown={(event) => event.preventDefault()} onClick={() => run(option)}>
              {option.row === null ? <span class="mark" /> : <span class={`mark ${option.row.priority}`}><SeverityShape of={option.row.priority} /></span>}
              <OptionText of={option} />
              {option.key !== null && <KeyCap of={option.key} />}
            </li>
          ))}
        </ul>
        {options.length === 0 && <p class="q" role="status">{search.isBusy ? text.searching : text.none}</p>}
        {!search.isComplete && <p class="q" role="status">{text.partly}</p>}
        <p class="hint">{text.hint}</p>
      </div>
      <input
        ref={input}
        data-field="command"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-options"
        aria-activedescendant={options.length === 0 ? undefined : `option-${at}`}
        aria-label={text.label}
        placeholder={t().own.desk.foot.command}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setMarked(null);
        }}
        onBlur={closePalette}
      />
    </div>
  );
}

const keyOf = (of: Option): string => `${of.kind} ${of.id}`;

function OptionText({ of }: { of: Option }) {
  const said = of.kind === "incident" ? of.detail : of.label;
  const more = of.kind === "incident" ? "" : of.detail;
  return <span class="clip" title={more === "" ? said : `${said}, ${more}`}>{said}{more !== "" && <span class="q"> {more}</span>}</span>;
}

function showPlace(at: { readonly lon: number; readonly lat: number }): void {
  openView(null);
  lookAt.value = at;
}

/** The incident is selected too: what the report leaves out, and opening it again, is one step back. */
function openReportOf(id: string): void {
  select(id);
  openView({ kind: "report", id });
}

function openRow(id: string): void {
  select(id);
  place.value = "detail";
}
