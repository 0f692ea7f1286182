// An order is accepted first and decided a moment later: what was typed for it must outlive a refusal.
import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EditForm } from "../../console/detail/edit_form";
import { NoteForm } from "../../console/detail/forms";
import { form, openForm, problem as shown, refusedElsewhere, sent as told } from "../../console/detail/orders";
import { draft, keepDraft } from "../../console/drafts";
import { type Incident, selectedId } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json, problem } from "../support/answers";

const OF = { id: "i-1", type: "flood", priority: "high", description: "smoke", address: null, location: null, times: { closed: null } } as unknown as Incident;
const CONFLICT = { field: "description", theirs: "Smoke on floor 3", mine: "Smoke on floor 4", by: "op-2", at: null };
const ACCEPTED = () => json({ id: "i-1", links: { outcome: "/v1/commands/c-1" } }, 202);
const seen = signal(OF);
let root: HTMLElement;
let answers: (() => Response)[] = [];
let outcome: object = {};
let sent: string[] = [];

function Shown() {
  return form.value === "edit" ? <EditForm of={seen.value} /> : form.value === "note" ? <NoteForm id="i-1" /> : null;
}

beforeEach(async () => {
  localStorage.clear();
  seen.value = OF;
  [answers, sent] = [[], []];
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("fetch", async (url: string, { method, body }: RequestInit) => {
    if (url.includes("/v1/commands/")) return json(outcome);
    if (method === "GET") return json({});
    sent.push(String(body));
    return (answers.shift() ?? ACCEPTED)();
  });
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
  selectedId.value = "i-1";
  await act(() => render(<Shown />, root));
});
afterEach(() => {
  render(null, root);
  root.remove();
  selectedId.value = null;
  refusedElsewhere.value = [];
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function order(which: "edit" | "note", field: string, text: string): Promise<void> {
  await act(() => openForm(which));
  const control = root.querySelector<HTMLTextAreaElement>(`[data-field="${field}"]`);
  await act(() => {
    if (control !== null) control.value = text;
    control?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  await vi.waitFor(() => expect(sent).not.toEqual([]));
}

const theirs = (): string | undefined => root.querySelector("[data-theirs]")?.textContent ?? undefined;

test("an edit that lost after it was accepted shows both values, as one that lost at once", async () => {
  outcome = { outcome: "refused", reason: "edit_conflict" };
  answers = [ACCEPTED, () => problem("edit_conflict", 409, { conflicts: [CONFLICT] })];

  await order("edit", "edit-description", "Smoke on floor 4");

  await vi.waitFor(() => expect(theirs()).toBe("Smoke on floor 3"));
  expect(root.querySelector("[data-mine]")?.textContent).toBe("Smoke on floor 4");
  expect(root.querySelector<HTMLTextAreaElement>('[data-field="edit-description"]')?.value).toBe("Smoke on floor 4");
  expect(sent).toHaveLength(2);
  expect(sent[1]).toBe(sent[0]);
  // Nobody asked for the form: an Enter that was meant for something else chooses nothing.
  expect(document.activeElement).toBe(root.querySelector("[data-conflict]"));
});

test("whoever types elsewhere is told by a line, and finds both values when the form is opened", async () => {
  const elsewhere = document.createElement("input");
  document.body.append(elsewhere);
  outcome = { outcome: "pending" };
  answers = [ACCEPTED, () => problem("edit_conflict", 409, { conflicts: [CONFLICT] })];
  await order("edit", "edit-description", "Smoke on floor 4");
  elsewhere.focus();

  outcome = { outcome: "refused", reason: "edit_conflict" };

  await vi.waitFor(() => expect(refusedElsewhere.value.map(({ id }) => id)).toEqual(["i-1"]));
  expect([form.value, document.activeElement === elsewhere, sent.length]).toEqual([null, true, 1]);
  expect(told.value, "nothing reads as done").toBeNull();
  elsewhere.remove();
  await act(() => openForm("edit"));
  await vi.waitFor(() => expect(theirs()).toBe("Smoke on floor 3"));
});

test("an edit form that was opened again and left as it is loses nothing", async () => {
  outcome = { outcome: "pending" };
  answers = [ACCEPTED, () => problem("edit_conflict", 409, { conflicts: [CONFLICT] })];
  await order("edit", "edit-description", "Smoke on floor 4");
  await vi.waitFor(() => expect(form.value).toBeNull());
  await act(() => openForm("edit"));

  outcome = { outcome: "refused", reason: "edit_conflict" };
  await vi.waitFor(() => expect(shown.value?.code).toBe("edit_conflict"));
  // The other operator's value comes, and the fields follow it.
  seen.value = { ...OF, description: "Smoke on floor 3" };
  await act(() => openForm(null));
  await act(() => openForm("edit"));

  await vi.waitFor(() => expect(theirs()).toBe("Smoke on floor 3"));
  expect(root.querySelector("[data-mine]")?.textContent).toBe("Smoke on floor 4");
});

test("an edit is sent anew by its form once only", async () => {
  outcome = { outcome: "refused", reason: "edit_conflict" };

  await order("edit", "edit-description", "Smoke on floor 4");

  await vi.waitFor(() => expect(sent).toHaveLength(2));
  await act(async () => void (await vi.advanceTimersByTimeAsync(20_000)));
  expect(form.value).toBe("edit");
  expect(sent).toHaveLength(2);
  expect(shown.value?.code).toBe("edit_conflict");
  expect(root.querySelector<HTMLTextAreaElement>('[data-field="edit-description"]')?.value).toBe("Smoke on floor 4");
});

test("whoever has gone on to another incident finds the edit where it was ordered", async () => {
  outcome = { outcome: "pending" };
  await order("edit", "edit-description", "Smoke on floor 4");
  selectedId.value = "i-2";

  outcome = { outcome: "refused", reason: "edit_conflict" };
  await vi.waitFor(() => expect(refusedElsewhere.value.map(({ id }) => id)).toEqual(["i-1"]));

  expect(form.value).toBeNull();
  expect(draft("edit i-1")).toContain("Smoke on floor 4");
  expect(sent).toHaveLength(1);
});

test("a note that was refused is there when its form is opened again", async () => {
  outcome = { outcome: "pending" };
  await order("note", "note", "the bridge is closed");
  await vi.waitFor(() => expect(draft("note i-1")).toBe(""));

  outcome = { outcome: "refused", reason: "incident_merged" };

  await vi.waitFor(() => expect(draft("note i-1")).toBe("the bridge is closed"));
});

test("what was begun meanwhile is not replaced by what was refused", async () => {
  outcome = { outcome: "pending" };
  await order("note", "note", "the bridge is closed");
  await vi.waitFor(() => expect(draft("note i-1")).toBe(""));
  keepDraft("note i-1", "another");

  outcome = { outcome: "refused", reason: "incident_merged" };

  await vi.waitFor(() => expect(shown.value?.code).toBe("incident_merged"));
  expect(draft("note i-1")).toBe("another");
});

test("an order of which nothing is known yet is not given back: it may still be carried out", async () => {
  outcome = { outcome: "pending" };
  await order("edit", "edit-description", "Smoke on floor 4");

  await act(async () => void (await vi.advanceTimersByTimeAsync(90_000)));

  await vi.waitFor(() => expect(shown.value?.code).toBe("order_waits"));
  expect([form.value, draft("edit i-1")]).toEqual([null, ""]);
});
