import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTexts } from "../../shared/text";
import type { Profile } from "../../volunteer/device";
import { dutyProblem } from "../../volunteer/duty";
import type { Offer, Standing } from "../../volunteer/jobs";
import { loadThanks } from "../../volunteer/screens/thanks";
import { profile } from "../../volunteer/state";
import * as state from "../../volunteer/state";
import { LOADERS } from "../../volunteer/text";
import { json, problem } from "../support/answers";

const OFFER = {
  id: "O1",
  capability: "field",
  skill: "first_aid",
  state: "done",
  accepted_at: "2026-11-26T09:00:00Z",
  changed_at: "2026-11-26T10:07:00Z",
  incident: { type: "flood", status: "in_progress" },
  outcome: null,
} as unknown as Offer;
const DONE: Standing = { state: "done", isConfirmed: true, waiting: null, refused: null };
let root: HTMLElement;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  profile.value = { id: "v-1", on_duty: true, duty_until: null } as Profile;
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  [profile.value, dutyProblem.value] = [null, null];
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function shown(offer: Offer = OFFER, standing = DONE, id: string | null = "v-1"): Promise<string> {
  const Thanks = await loadThanks();
  await act(async () => render(<Thanks offer={offer} standing={standing} id={id} />, root));
  return root.textContent ?? "";
}
const tap = (action: string): Promise<void> => act(async () => root.querySelector<HTMLElement>(`[data-action="${action}"]`)?.click()) as Promise<void>;

test("thanks name the work, how long it took, and that its end is not known yet", async () => {
  const text = await shown();

  expect(text).toContain("Thank you");
  expect(text).toMatch(/first aid, Flood/);
  expect(text).toMatch(/1.hr?.7.min/);
  expect(text).toContain("not known yet");
  expect(text).toContain("removed from this phone");
});

test.each([
  [{ status: "closed", code: "handed_over", merged: false }, "handed over to other services"],
  [{ status: "closed", code: null, merged: false }, "The incident was closed"],
  [{ status: "cancelled", code: "false_call", merged: false }, "false call"],
  [{ status: "cancelled", code: null, merged: false }, "The incident was cancelled"],
  [{ status: "closed", code: "duplicate", merged: true }, "joined with another"],
] as const)("what became of it is told when it is known: %o", async (outcome, says) => {
  expect(await shown({ ...OFFER, outcome })).toContain(says);
});

test("an end that the server does not know of claims no removal", async () => {
  const waiting = { tapped_at: "2026-11-26T09:30:00Z" } as Standing["waiting"];

  const text = await shown(OFFER, { ...DONE, isConfirmed: false, waiting });

  expect(text).not.toContain("removed");
  expect(text).toMatch(/30.min/);
});

test("staying on duty reads the thanks; nothing is asked of the server", async () => {
  const seen = vi.spyOn(state, "seen").mockImplementation(() => undefined);
  const asked = vi.fn();
  vi.stubGlobal("fetch", asked);
  await shown();

  await tap("seen");

  expect(seen).toHaveBeenCalledWith([OFFER]);
  expect(asked).not.toHaveBeenCalled();
});

test("ending the duty reads the thanks once the server has ended it", async () => {
  const seen = vi.spyOn(state, "seen").mockImplementation(() => undefined);
  vi.stubGlobal("fetch", vi.fn().mockResolvedValueOnce(problem("conflict", 409)).mockResolvedValue(json({})));
  await shown();

  await tap("end-duty");
  await vi.waitFor(() => expect(root.querySelector(".fault")).not.toBeNull());
  expect(seen).not.toHaveBeenCalled();
  await tap("end-duty");

  await vi.waitFor(() => expect(seen).toHaveBeenCalledWith([OFFER]));
});

test("by a link of one offer there is no duty to end", async () => {
  profile.value = null;

  await shown(OFFER, DONE, null);

  expect(root.querySelector('[data-action="end-duty"]')).toBeNull();
  expect(root.querySelector('[data-action="seen"]')?.textContent).toBe("OK");
});
