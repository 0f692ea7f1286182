// What an operator orders about the open incident. Each order has one key while its form is open, so that a repeat is the same order.
import { batch, signal } from "@preact/signals";
import { type Result, ask, freshKey, send } from "../../shared/api_client";
import type { components } from "../../shared/api";
import type { Problem } from "../../shared/problem";
import { now } from "../../shared/clock";
import { refreshDetail } from "../live";
import { isTyping } from "../keys";
import { type Incident, place, select, selectedId } from "../state";
import { view } from "../views/route";

type Schemas = components["schemas"];
export type NotMoved = Schemas["NotMovedShown"];
export type EndCode = Schemas["EndCode"];
export type Order = "assign" | "escalate" | "note" | "merge" | "close" | "cancel" | "reopen" | "unmerge" | "edit" | "split" | "other";
/** The forms that open above the orders. `why`: why somebody was not asked. */
export type Form = "assign" | "note" | "edit" | "merge" | "close" | "cancel" | "why" | "escalate" | "reopen" | "split";

export const form = signal<Form | null>(null);
/** Given to the form of an assignment by the palette. */
export const givenPerson = signal("");
/** The incident that the form is about. */
let formOf: string | null = null;
export const isBusy = signal(false);
export const problem = signal<Problem | null>(null);
/** The last order that was accepted, for the line above the orders. */
export const sent = signal<Order | null>(null);

/** Whether the decision about `sent` is known. Before, nothing may read as done. */
export const isDecided = signal(false);

/** The last order that another one takes back, for some seconds. The log keeps both. */
export const undoable = signal<{ readonly id: string; readonly untilMs: number; readonly run: () => Promise<boolean> } | null>(null);
export const UNDO_MS = 8_000;

/** Whom and what the last split named in vain, shown at the incident that it made. */
export const notMoved = signal<{ readonly from: Incident; readonly into: string; readonly left: readonly NotMoved[] } | null>(null);
const NOTHING_TOLD: Outcome = { refusal: null, notMoved: [] };

/** Refusals that came when the operator had gone on to something else; shown until they are read. */
export const refusedElsewhere = signal<readonly { readonly id: string; readonly order: Order; readonly problem: Problem }[]>([]);

let key = freshKey();
const SENT_FOR_MS = 6_000;
/** How long and how often the outcome of an order is looked for: workers that restart take half a minute. */
const LOOK_FOR_MS = 60_000;
const WAITS = "order_waits";
/** An edit of a field that somebody else has changed first. */
export const LOST = "edit_conflict";
const LOOK_AFTER_MS = 600;
const LOOK_RARELY_MS = 4_000;
let clearing: ReturnType<typeof setTimeout> | null = null;
/** Of the last order that was accepted: false where it was refused. */
let decision: Promise<boolean> = Promise.resolve(true);

export function openForm(of: Form | null, person = ""): void {
  batch(() => {
    form.value = of;
    formOf = selectedId.peek();
    givenPerson.value = person;
    problem.value = null;
    sent.value = null;
  });
  key = freshKey();
}

/** Another incident has other orders; a form that was opened together with its incident stays. */
export function closeFormOfOther(id: string | null): void {
  if (form.peek() === null || formOf !== id) openForm(null);
}

/** Sends one order; a second tap while it is under way does nothing. True when it was accepted. */
async function give(order: Order, request: (key: string) => Promise<Result<unknown>>, of = selectedId.peek()): Promise<boolean> {
  return (await answered(order, request, undefined, of)) !== null;
}

/** Told what became of the order; before its refusal is shown. */
type WhenDecided = (outcome: Outcome) => void;
type Outcome = { readonly refusal: Problem | null; readonly notMoved: readonly NotMoved[] };

/** The accepted answer; null when it was not accepted. */
async function answered<Data>(order: Order, request: (key: string) => Promise<Result<Data>>, whenDecided?: WhenDecided, of = selectedId.peek()): Promise<{ readonly data: Data } | null> {
  if (isBusy.value) return null;
  isBusy.value = true;
  problem.value = null;
  const answer = await request(key);
  batch(() => {
    isBusy.value = false;
    problem.value = answer.ok ? null : answer.problem;
    if (answer.ok) {
      sent.value = order;
      isDecided.value = false;
      // What is typed about another incident by then stays.
      if (formOf === of) form.value = null;
    }
  });
  // While the outcome is unknown a repeat must be the same order; after an answer the next intention is another one.
  if (answer.ok || !answer.problem.mayRepeat) key = freshKey();
  if (answer.ok) decision = follow(order, of, answer.data, whenDecided);
  refreshDetail();
  return answer.ok ? { data: answer.data } : null;
}

/** Tells a refusal, and clears the line otherwise. True unless it was refused. Only what takes it back waits for it. */
async function follow(order: Order, of: string | null, data: unknown, whenDecided?: WhenDecided): Promise<boolean> {
  const outcome = await outcomeOf(data);
  whenDecided?.(outcome);
  // Also where its refusal is told in a line elsewhere, nothing here may read as done.
  if (sent.peek() === order && outcome.refusal !== null) sent.value = null;
  else if (sent.peek() === order) isDecided.value = true;
  refreshDetail();
  if (outcome.refusal !== null) tellRefusal(order, of, outcome.refusal);
  if (clearing !== null) clearTimeout(clearing);
  clearing = setTimeout(() => sent.value === order && (sent.value = null), SENT_FOR_MS);
  return outcome.refusal === null;
}

/** Where it was ordered; beside another incident or above another form it would be taken for a refusal of that one. */
function tellRefusal(order: Order, of: string | null, refusal: Problem): void {
  if (of === null || isFreeAt(of) || (selectedId.peek() === of && form.peek() === order)) problem.value = refusal;
  else refusedElsewhere.value = [...refusedElsewhere.peek().filter((one) => one.id !== of || one.problem.code !== refusal.code), { id: of, order, problem: refusal }];
}

export function readRefusal(id: string): void {
  refusedElsewhere.value = refusedElsewhere.peek().filter((one) => one.id !== id);
}

/** An accepted order is decided a moment later; what its decision refuses must not read as done. */
async function outcomeOf(data: unknown): Promise<Outcome> {
  const url = (data as { links?: Readonly<Record<string, string>> } | null)?.links?.["outcome"];
  if (url === undefined) return NOTHING_TOLD;
  for (let [passed, pause] = [0, LOOK_AFTER_MS]; ; passed += pause, pause = Math.min(LOOK_RARELY_MS, pause * 1.25)) {
    const answer = await send<Schemas["CommandShown"]>({ method: "GET", url, headers: { Accept: "application/json" }, body: null });
    // A network that is away says nothing about the order; a session that has ended says so itself.
    if (!answer.ok && !answer.problem.mayRepeat) return NOTHING_TOLD;
    const told = answer.ok ? answer.data : null;
    if (told?.outcome === "applied" || told?.outcome === "unchanged") return { refusal: null, notMoved: told.not_moved ?? [] };
    if (told?.outcome === "refused") return { refusal: refusalOf(told.reason ?? "conflict", told.other_incident ?? null), notMoved: [] };
    if (passed >= LOOK_FOR_MS) return { refusal: refusalOf(WAITS, null), notMoved: [] };
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Why it was refused for good. An order that still waits may be carried out yet: whoever got it back would order it twice. */
const refusalIn = ({ refusal }: Outcome): Problem | null => (refusal?.code === WAITS ? null : refusal);

/** Whether the operator still looks at this incident, and does nothing else that a form would take them from. */
const isFreeAt = (id: string | null): boolean =>
  selectedId.peek() === id && form.peek() === null && place.peek() === "detail" && view.peek() === null && !isTyping();

function refusalOf(code: string, incident_id: string | null): Problem {
  return { code, status: 409, params: { incident_id }, retryAfterMs: null, mayRepeat: false };
}

/** An empty text is no reason. */
function given(reason: string): string | null {
  return reason === "" ? null : reason;
}

/** `level`: at which it is ordered, so that two taps raise it once. */
export function escalate(level: number, reason = ""): Promise<boolean> {
  const [path, body] = [{ incident_id: selectedId.value ?? "" }, { level, reason: given(reason) }];
  return give("escalate", (key) => ask("post", "/v1/incidents/{incident_id}/escalate", { path, body, key }));
}

/** `onRefused` restores what was typed when the decision refuses it a moment later. */
export async function note(text: string, onRefused: () => void): Promise<boolean> {
  const path = { incident_id: selectedId.value ?? "" };
  const made = await answered("note", (key) => ask("post", "/v1/incidents/{incident_id}/notes", { path, body: { text }, key }), (outcome) => {
    if (refusalIn(outcome) !== null) onRefused();
  });
  return made !== null;
}

/**
 * `onConflicts`: the fields on which the edit lost, to be chosen by the operator; none when it was accepted, or failed otherwise.
 * `onRefused` restores what was typed when the decision refuses the accepted edit. Its form then opens again by itself, unless the
 * operator does something else.
 */
export async function change(body: Schemas["IncidentPatch"], onConflicts: (of: readonly Schemas["Conflict"][]) => void, onRefused: (refusal: Problem) => void): Promise<boolean> {
  const incident_id = selectedId.value ?? "";
  const made = await answered("edit", (key) => ask("patch", "/v1/incidents/{incident_id}", { path: { incident_id }, body, key }), (outcome) => {
    const refusal = refusalIn(outcome);
    if (refusal === null) return;
    onRefused(refusal);
    if (refusal.code === LOST && isFreeAt(incident_id)) openForm("edit");
  });
  onConflicts(made !== null ? [] : (problem.value?.params.conflicts ?? []));
  return made !== null;
}

function mayUndo(id: string, run: () => Promise<boolean>): void {
  const done = decision;
  // What is not carried out yet cannot be taken back: the server would say that it has not ended.
  undoable.value = { id, untilMs: now.peek() + UNDO_MS, run: async () => (await done) && run() };
}

/** Takes the last order back, while it may be. */
export async function undo(): Promise<void> {
  const last = undoable.value;
  if (last === null || now.value >= last.untilMs || last.id !== selectedId.value) return;
  undoable.value = null;
  await last.run();
}

export async function end(how: "close" | "cancel", code: EndCode, reason: string): Promise<boolean> {
  const order = { path: { incident_id: selectedId.value ?? "" }, body: { code, reason: given(reason) } };
  const isDone =
    how === "close"
      ? await give(how, (key) => ask("post", "/v1/incidents/{incident_id}/close", { ...order, key }))
      : await give(how, (key) => ask("post", "/v1/incidents/{incident_id}/cancel", { ...order, key }));
  if (isDone) mayUndo(order.path.incident_id, () => reopen("", order.path.incident_id));
  return isDone;
}

export async function reopen(reason = "", incident_id = selectedId.value ?? ""): Promise<boolean> {
  const [path, body] = [{ incident_id }, { reason: given(reason) }];
  return takenBack(incident_id, await give("reopen", (key) => ask("post", "/v1/incidents/{incident_id}/reopen", { path, body, key }), incident_id));
}

async function unmerge(reason = "", incident_id = selectedId.value ?? ""): Promise<boolean> {
  const [path, body] = [{ incident_id }, { reason: given(reason) }];
  return takenBack(incident_id, await give("unmerge", (key) => ask("post", "/v1/incidents/{incident_id}/unmerge", { path, body, key }), incident_id));
}

/** Opens again what has ended; a part is taken out of what it was merged into. */
export function openAgain(isMerged: boolean, reason = ""): Promise<boolean> {
  return isMerged ? unmerge(reason) : reopen(reason);
}

/** The end of this incident was taken back: nothing is left to undo. */
function takenBack(id: string, isDone: boolean): boolean {
  if (isDone && undoable.value?.id === id) undoable.value = null;
  return isDone;
}

export async function merge(into: string): Promise<boolean> {
  const path = { incident_id: selectedId.value ?? "" };
  const isDone = await give("merge", (key) => ask("post", "/v1/incidents/{incident_id}/merge", { path, body: { into }, key }));
  if (isDone) mayUndo(path.incident_id, () => unmerge("", path.incident_id));
  return isDone;
}

/** Splits `of`, and shows the new incident: it is there before its decision. A refusal leads back to the form, and `onRefused` restores it. */
export async function split(of: Incident, body: Schemas["Split"], onRefused: () => void): Promise<boolean> {
  const path = { incident_id: of.id };
  let into: string | null = null;
  notMoved.value = null;
  const made = await answered("split", (key) => ask("post", "/v1/incidents/{incident_id}/split", { path, body, key }), (outcome) => {
    const left = outcome.notMoved;
    if (left.length > 0) notMoved.value = { from: of, into: into ?? "", left };
    if (refusalIn(outcome) === null) return;
    onRefused();
    // Whoever has gone on to something else is not called back.
    if (!isFreeAt(into)) return;
    select(of.id);
    openForm("split");
  });
  if (made === null) return false;
  into = made.data.id;
  select(into);
  return true;
}

export function assign(volunteerId: string, requirementId: string, reason: string, force: boolean): Promise<boolean> {
  const path = { incident_id: selectedId.value ?? "" };
  const body = { volunteer_id: volunteerId, requirement_id: requirementId, reason: given(reason), force };
  return give("assign", (key) => ask("post", "/v1/incidents/{incident_id}/offers", { path, body, key }));
}

export function handled(reason: Schemas["AttentionReason"]): Promise<boolean> {
  const path = { incident_id: selectedId.value ?? "" };
  return give("other", (key) => ask("post", "/v1/incidents/{incident_id}/attention", { path, body: { reason }, key }));
}

/** Also of an incident that is not open: the list of digital work answers results as well. */
export function judge(incidentId: string, proposalId: string, verdict: "accept" | "reject"): Promise<boolean> {
  const path = { incident_id: incidentId, proposal_id: proposalId };
  return verdict === "accept"
    ? give("other", (key) => ask("post", "/v1/incidents/{incident_id}/proposals/{proposal_id}/accept", { path, body: null, key }))
    : give("other", (key) => ask("post", "/v1/incidents/{incident_id}/proposals/{proposal_id}/reject", { path, body: null, key }));
}

export type OfferOrder = "accept" | "decline" | "en_route" | "on_scene" | "done" | "check_in" | "remind" | "withdraw";

/** What a person said by phone, or an order about their request. */
export function aboutOffer(offerId: string, order: OfferOrder): Promise<boolean> {
  const path = { offer_id: offerId };
  const on_behalf = { heard_by: "phone" } as const;
  return give("other", (key) => {
    if (order === "accept") return ask("post", "/v1/offers/{offer_id}/accept", { path, body: { on_behalf }, key });
    if (order === "decline") return ask("post", "/v1/offers/{offer_id}/decline", { path, body: { on_behalf, reason: "other" }, key });
    if (order === "check_in") return ask("post", "/v1/offers/{offer_id}/check-in", { path, body: { on_behalf }, key });
    if (order === "remind") return ask("post", "/v1/offers/{offer_id}/remind", { path, body: null, key });
    if (order === "withdraw") return ask("post", "/v1/offers/{offer_id}/withdraw", { path, body: null, key });
    return ask("post", "/v1/offers/{offer_id}/progress", { path, body: { on_behalf, state: order }, key });
  });
}
