// The queue: filters, the longest unanswered incident, and the rows in the order of urgency.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { ProblemText } from "../../shared/parts/problem_text";
import { AlarmLine } from "../alarms/alarm_line";
import { bindKeys } from "../keys";
import { Bang } from "../parts";
import { f } from "../say";
import { cursorId, isLoaded, loadProblem, place, select, selectedId } from "../state";
import { t } from "../text";
import { openView } from "../views/route";
import { hold } from "./hold";
import { counts, filter, moveCursor, shown, waitingLongest } from "./list";
import { numberOf } from "./number";
import { type Filter, TABS } from "./order";
import { QueueRow } from "./row";

export function openReport(): void {
  openView(null);
  place.value = "report";
}

/**
 * Stands between, and never draws again itself. An element that a parent was given stays in the parent's properties with the children
 * of its first drawing; the rows in them lead, from one drawing to the next, to every row that the queue has ever had.
 */
export function Queue() {
  return <Pane />;
}

function Pane() {
  const list = useRef<HTMLOListElement>(null);
  const text = t().own.desk.queue;
  const order = shown.value;

  useLayoutEffect(() => {
    const go = (step: number) => (): void => {
      moveCursor(step);
      list.current?.focus({ preventScroll: true });
    };
    return bindKeys({ j: go(1), k: go(-1), n: openReport });
  }, []);
  useEffect(() => {
    if (cursorId.value !== null) document.getElementById(`row-${cursorId.value}`)?.scrollIntoView({ block: "nearest" });
  }, [cursorId.value]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) moveCursor(step);
    else if (event.key === "Home") cursorId.value = order[0]?.id ?? null;
    else if (event.key === "End") cursorId.value = order.at(-1)?.id ?? null;
    else if (event.key === "Enter" && cursorId.value !== null) enter(cursorId.value);
    else return;
    event.preventDefault();
  }

  return (
    <section class="pane queue" aria-label={text.label}>
      <div class="bar">
        <div class="tabs" role="group" aria-label={text.filter}>
          {TABS.map((one) => <FilterTab key={one} of={one} />)}
        </div>
        {place.value !== "report" && (
          <button type="button" class="btn strong" data-action="new-incident" aria-keyshortcuts="n" onClick={openReport}>
            {text.create} <KeyCap of="N" />
          </button>
        )}
      </div>
      <AlarmLine />
      <Unanswered />
      <ProblemText of={loadProblem.value} />
      {order.length > 0 && (
        <div class="cols" aria-hidden="true">
          <span>{text.number}</span><span>{text.what}</span><span>{text.people}</span><span>{text.due}</span>
        </div>
      )}
      <ol
        ref={list}
        class="rows"
        role="listbox"
        tabIndex={0}
        hidden={order.length === 0}
        aria-label={text.label}
        aria-activedescendant={cursorId.value === null ? undefined : `row-${cursorId.value}`}
        onKeyDown={onKeyDown}
        onPointerDown={() => hold(order.map((row) => row.id))}
      >
        {order.map((row) => <QueueRow key={row.id} row={row} />)}
      </ol>
      {order.length === 0 && <Nothing />}
      <Ready />
    </section>
  );
}

/** Opens the row; of the row that is open already, the focus goes into its detail. */
function enter(id: string): void {
  if (selectedId.value === id) document.querySelector<HTMLElement>("[data-detail] .scroll")?.focus();
  else select(id);
}

function FilterTab({ of }: { of: Filter }) {
  return (
    <button type="button" class="tab" title={t().own.desk.queue[of]} aria-pressed={filter.value === of} data-filter={of} onClick={() => (filter.value = of)}>
      <span>{t().own.desk.queue[of]}</span> <b class="live">{f().number(counts.value[of])}</b>
    </button>
  );
}

/** Pinned, whatever the filter and wherever the list is scrolled to. */
function Unanswered() {
  const waiting = waitingLongest.value;
  const first = waiting[0];
  if (first === undefined) return null;
  const age = Math.floor((now.value - Date.parse(first.reported_at)) / 1000);
  const said = t().own.desk.queue.nobody(waiting.length, numberOf(first));
  return (
    <button type="button" class="pin" onClick={() => select(first.id)}>
      <Bang />
      <span class="clip" title={said}>{said}</span>
      <span class="at live">{f().clockwork(age)}</span>
    </button>
  );
}

/** Below the rows: it is no alarm, and moves none of them. */
function Ready() {
  const text = t().own.desk.queue;
  const isShown = filter.value === "ready";
  if (counts.value.ready === 0 && !isShown) return null;
  return (
    <p class="ready-line">
      <span class="clip">{text.readyCount(counts.value.ready)}</span>
      <button type="button" class="btn" data-filter="ready" aria-pressed={isShown} onClick={() => (filter.value = isShown ? "all" : "ready")}>
        {isShown ? text.showAll : text.showReady}
      </button>
    </p>
  );
}

function Nothing() {
  const { queue, first } = t().own.desk;
  if (!isLoaded.value) return <p class="nothing" role="status">{loadProblem.value === null ? t().common.loading : null}</p>;
  if (filter.value === "short") return <p class="nothing">{queue.noneShort}</p>;
  if (filter.value === "ready") return <p class="nothing">{queue.noneReady}</p>;
  if (filter.value === "attention") return <p class="nothing">{queue.noneAttention}</p>;
  return <p class="nothing"><b>{first.nothing}</b>{first.nothingText}</p>;
}
