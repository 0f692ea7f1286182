// The console of somebody who is signed in: head, banners, three panes, foot.
import { useEffect, useLayoutEffect } from "preact/hooks";
import { announce } from "../../shared/announcer";
import { acknowledgeFirst, acknowledgeNews, shelveFirst, startAlarms } from "../alarms/center";
import { showDistress } from "../alarms/distress_band";
import type { Alarm } from "../alarms/standing";
import { startPresence } from "../detail/colleagues";
import { Detail } from "../detail/detail";
import { FORM_KEYS } from "../detail/order_bar";
import { closeFormOfOther, form, openForm, readRefusal, refusedElsewhere } from "../detail/orders";
import { bindKeys, startKeys } from "../keys";
import { onRow, startLive } from "../live";
import { Later } from "../parts";
import { openPalette } from "../palette/palette";
import { Queue } from "../queue/queue";
import { openMessages } from "../public/waiting_messages";
import { claimWindow } from "../report/window";
import { priorityWord, typeOf } from "../say";
import { numberById } from "../queue/called";
import { type Row, cursorId, isLoaded, isStale, place, rows, select, selectedId, stream } from "../state";
import { t } from "../text";
import { openView, startViews, view } from "../views/route";
import { Banners } from "./banners";
import { First } from "./first";
import { Foot } from "./foot";
import { Head } from "./head";
import { isHelpOpen } from "./help";
import { MapSide } from "./map_side";

const loadInvite = () => import("../people/InviteForm").then((module) => module.InviteForm);
const loadViews = () => import("../views/Views").then((module) => module.Views);
// Two windows must never type into one draft.
const loadReport = () => Promise.all([import("../report/ReportForm"), claimWindow()]).then(([module]) => module.ReportForm);
const loadMessages = () => import("../public/MessageList").then((module) => module.loadMessages());
const loadTasks = () => import("../tasks/TaskList").then((module) => module.TaskList);

/** One step back: what was opened last closes first. */
function back(): void {
  if (isHelpOpen.value) isHelpOpen.value = false;
  else if (view.value !== null) openView(null);
  else if (place.value !== "detail") place.value = "detail";
  else if (form.value !== null) openForm(null);
  else if (selectedId.value !== null) select(null);
  else if (refusedElsewhere.value[0] !== undefined) readRefusal(refusedElsewhere.value[0].id);
}

function open(): void {
  if (cursorId.value !== null) select(cursorId.value);
}

/** An order about the row under the cursor opens it with the form: a key that does nothing reads as an order that was given. */
const ROW_KEYS = Object.fromEntries(Object.entries(FORM_KEYS).map(([key, show]) => [key, () => {
  if (view.value !== null || place.value !== "detail" || selectedId.value !== null || cursorId.value === null) return;
  select(cursorId.value);
  show();
}]));

function sentence(of: Alarm): string {
  const text = t().own.desk.alarms;
  const row = rows.value.get(of.incidentId);
  const what = { distress: of.reason === "distress" ? text.distress : text.overdue, unanswered: text.unanswered(1), severe: text.severe(1) }[of.kind];
  return `${what}: ${numberById(of.incidentId)}${row === undefined ? "" : `, ${typeOf(row)}`}`;
}

function tellArrival(row: Row): void {
  if (isLoaded.value && !rows.value.has(row.id)) announce(t().own.desk.queue.arrived(typeOf(row), priorityWord(row.priority)));
}

export function Desk() {
  useLayoutEffect(() => {
    onRow(tellArrival);
    const stops = [startLive(), startAlarms(sentence), startPresence(), startKeys(), startViews()];
    const unbind = bindKeys({
      ...ROW_KEYS,
      "ctrl+k": openPalette,
      "/": openPalette,
      "?": () => (isHelpOpen.value = !isHelpOpen.value),
      enter: open,
      escape: back,
      a: acknowledgeFirst,
      z: shelveFirst,
      g: () => (place.value = place.value === "tasks" ? "detail" : "tasks"),
      "9": () => (place.value === "messages" ? (place.value = "detail") : openMessages()),
      o: showDistress,
      r: () => stream.value?.tryNow(),
      b: () => openView({ kind: "board" }),
      v: () => openView({ kind: "shift" }),
      h: () => openView({ kind: "archive" }),
      i: openReportOfSelected,
      p: () => openView({ kind: "assistant" }),
    });
    return () => [...stops, unbind].forEach((stop) => stop());
  }, []);
  // Before the first call comes: whoever presses N types at once.
  useEffect(() => void (isLoaded.value && loadReport().catch(() => undefined)), [isLoaded.value]);
  useEffect(() => {
    closeFormOfOther(selectedId.value);
    if (selectedId.value !== null) {
      place.value = "detail";
      acknowledgeNews(selectedId.value);
    }
  }, [selectedId.value]);
  useEffect(() => {
    // What takes the detail's place wants to be seen.
    if (place.value !== "detail") openView(null);
  }, [place.value]);
  return (
    <div class="desk">
      <Head />
      <div class="banners"><Banners /></div>
      <main data-stale={isStale.value ? "true" : "false"} class={view.value === null ? undefined : "has-view"}>
        <Queue />
        <MapSide />
        {/* Keyed: what is loaded later stays what it was loaded as, and one would else be shown in the place of another. */}
        {place.value === "report" ? (
          <section key="report" class="pane detail" aria-label={t().own.desk.panes.report}>
            <Later load={loadReport} props={{ onDone: reported }} waiting={t().common.loading} isTypedInto />
          </section>
        ) : place.value === "invite" ? (
          <section key="invite" class="pane detail" aria-label={t().own.desk.invite.title}>
            <Later load={loadInvite} props={{ onDone: backToDetail }} waiting={t().common.loading} isTypedInto />
          </section>
        ) : place.value === "tasks" ? (
          <section key="tasks" class="pane detail" aria-label={t().own.case.tasks.title}>
            <Later load={loadTasks} props={{}} waiting={t().common.loading} />
          </section>
        ) : place.value === "messages" ? (
          <section key="messages" class="pane detail" aria-label={t().own.desk.messages.title}>
            <Later load={loadMessages} props={{}} waiting={t().common.loading} />
          </section>
        ) : view.value !== null ? null : selectedId.value === null ? <First /> : <Detail />}
        {view.value !== null && <Later load={loadViews} props={{}} waiting={t().common.loading} />}
      </main>
      <Foot />
    </div>
  );
}

function backToDetail(): void {
  place.value = "detail";
}

function openReportOfSelected(): void {
  if (selectedId.value !== null) openView({ kind: "report", id: selectedId.value });
}

/** `id`: of the incident that was reported; null when the form was put aside. */
function reported(id: string | null): void {
  place.value = "detail";
  if (id !== null) select(id);
}
