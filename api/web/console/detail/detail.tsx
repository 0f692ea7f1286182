// The open incident, from what it is down to what happened. The newest event and the orders are always in view.
import { useLayoutEffect } from "preact/hooks";
import { ProblemText } from "../../shared/parts/problem_text";
import { KeyCap } from "../../shared/parts/key_cap";
import { DrillMark } from "../drill_mark";
import { useEarlyWords } from "../early_words";
import { bindKeys } from "../keys";
import { numberOf } from "../queue/number";
import { f, typeOf } from "../say";
import { known, knownProblem, rows, selectedId } from "../state";
import { t } from "../text";
import { Attention } from "./attention";
import { Head } from "./head";
import { HintsLine } from "./hints_line";
import { Needs } from "./needs";
import { FORM_KEYS, OrderBar } from "./order_bar";
import { form } from "./orders";
import { People } from "./people_list";
import { Similar } from "./similar";
import { Timeline, lines, showTimeline } from "./timeline";
import { Words } from "./words";

export function Detail() {
  const own = t().own;
  const found = known.value;
  // A row tells that the incident is open: its forms need not wait until all of it is read.
  const isAwaited = found === null && rows.value.has(selectedId.value ?? "");
  useLayoutEffect(() => (isAwaited ? bindKeys(FORM_KEYS) : undefined), [isAwaited]);
  const early = useEarlyWords(isAwaited && form.value !== null && knownProblem.value === null, own.case.loading);
  if (selectedId.value === null) return null;
  return (
    <section class="pane detail" aria-label={own.desk.panes.detail} data-detail={selectedId.value}>
      {found?.incident.exercise === true && <DrillMark />}
      <div class="scroll" tabIndex={0} role="group" aria-label={found === null ? own.desk.panes.detail : `${numberOf(found.incident)} ${typeOf(found.incident)}`}>
        {found === null && knownProblem.value === null && <p class="wait" role="status">{own.case.loading}</p>}
        <ProblemText of={knownProblem.value} />
        {early}
        {found !== null && (
          <>
            <Head of={found.incident} />
            <Attention of={found.incident} />
            <Words of={found.incident} />
            <HintsLine of={found.incident} />
            <Needs of={found.incident} decisions={found.decisions} />
            <People of={found.incident} />
            <Similar of={found.incident} />
            <Timeline />
          </>
        )}
      </div>
      {found !== null && <Latest />}
      {found !== null && <OrderBar of={found.incident} />}
    </section>
  );
}

function Latest() {
  const line = lines.value[0];
  if (line === undefined) return null;
  const said = [line.text, ...line.words].filter(Boolean).join(": ");
  return (
    <button type="button" class="latest" aria-keyshortcuts="y" onClick={showTimeline}>
      <time dateTime={line.at}>{f().exactTime(line.at)}</time>
      <span class="clip" title={said}>{said}</span>
      <KeyCap of="Y" />
    </button>
  );
}
