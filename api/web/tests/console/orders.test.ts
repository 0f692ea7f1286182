import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { closeFormOfOther, end, form, givenPerson, openForm, reopen, undoable } from "../../console/detail/orders";
import { selectedId } from "../../console/state";
import { json } from "../support/answers";

beforeEach(() => {
  selectedId.value = "i-1";
  openForm(null);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a form that is opened with its incident stays open when that incident is shown", () => {
  selectedId.value = "i-2";
  openForm("assign", "v-1");
  closeFormOfOther("i-2");
  expect([form.value, givenPerson.value]).toEqual(["assign", "v-1"]);
});

test("a form about another incident closes", () => {
  openForm("close");
  selectedId.value = "i-2";
  closeFormOfOther("i-2");
  expect(form.value).toBeNull();
});

test("what was opened again by hand is not offered to be taken back", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async () => json({ id: "i-1", links: {} }, 202));
  await end("close", "resolved", "");
  expect(undoable.value?.id).toBe("i-1");
  await reopen();
  expect(undoable.value).toBeNull();
});
