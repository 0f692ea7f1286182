// All keys and signs. It rises over the map only.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { KeyCap } from "../../shared/parts/key_cap";
import { SeverityShape } from "../../shared/parts/severity";
import { StateSign } from "../parts";
import { offerWord, priorityWord } from "../say";
import { t } from "../text";

export const isHelpOpen = signal(false);

export function Help() {
  return isHelpOpen.value ? <Shown /> : null;
}

function Shown() {
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever asked for it reads here, and goes on afterwards where they were.
  useLayoutEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      const isElsewhere = document.activeElement?.closest("[data-help]") === null && document.activeElement !== document.body;
      if (before instanceof HTMLElement && before.isConnected && !isElsewhere) before.focus();
    };
  }, []);
  const { desk, case: one, map, views } = t().own;
  const { help, foot, queue, stale, alarms } = desk;
  const rows: readonly (readonly [string, string])[] = [
    ["N", queue.create],
    ["J K", help.move],
    ["Enter", help.open],
    ["Esc", help.back],
    ["A", foot.acknowledge],
    ["Z", alarms.shelveTitle],
    ["O", `${alarms.show}: ${alarms.distress}`],
    ["Ctrl K, /", help.palette],
    ["Ctrl Enter", help.send],
    ["S", one.orders.assign],
    ["E", one.orders.escalate],
    ["D", one.orders.edit],
    ["T", one.orders.note],
    ["M", one.orders.merge],
    ["Q", one.orders.split],
    ["C", one.orders.close],
    ["X", one.orders.cancel],
    ["U", one.orders.undoIt],
    ["G", one.tasks.title],
    ["W", one.whyNot],
    ["Y", one.timeline],
    ["I", views.report.open],
    ["B", views.board.title],
    ["V", views.shift.title],
    ["H", views.archive.title],
    ["L", one.hints.title],
    ["P", `${views.assistant.title}; ${views.print}`],
    ["9", desk.messages.title],
    ["R", stale.now],
    ["F", `${desk.panes.map}: ${map.all}`],
    ["← → + −", help.map],
    ["?", foot.keys],
  ];
  return (
    <section class="over help" aria-label={help.title} data-help>
      <h2 ref={heading} tabIndex={-1}>{help.title}</h2>
      <dl>{rows.map(([key, says]) => <div key={key}><dt><KeyCap of={key} /></dt><dd>{says}</dd></div>)}</dl>
      <p class="q">{help.field}</p>
      <h2>{help.legend}</h2>
      <div class="legend">
        {(["critical", "high", "normal", "low"] as const).map((of) => <span key={of} class={`mark ${of}`}><SeverityShape of={of} />{priorityWord(of)}</span>)}
        {(["on_scene", "en_route", "accepted", "offered"] as const).map((of) => <span key={of} class="mark"><StateSign of={of} />{offerWord(of)}</span>)}
      </div>
      <p class="q">{help.framed}. {help.dashed}.</p>
      <button type="button" class="btn" onClick={() => (isHelpOpen.value = false)}>{help.closeIt} <KeyCap of="Esc" /></button>
    </section>
  );
}
