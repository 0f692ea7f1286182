import { beforeEach, expect, test } from "vitest";
import { DraftStore, emptyDraft, isEmpty } from "../../console/report/draft";

beforeEach(() => localStorage.clear());

test("a reload finds what was typed, under the same key", () => {
  const before = new DraftStore("op-1");
  before.change({ description: "Өзен тасып кетті", typeText: "тасқ" });
  const after = new DraftStore("op-1").draft.value;
  expect(after).toEqual(before.draft.value);
});

test("another person at the same desk sees an empty form", () => {
  new DraftStore("op-1").change({ description: "секрет" });
  expect(isEmpty(new DraftStore("op-2").draft.value)).toBe(true);
});

test("a form that was sent leaves nothing, and the next one has another key", () => {
  const store = new DraftStore("op-1");
  store.change({ description: "a" });
  const { key } = store.draft.value;
  store.clear();
  expect(store.draft.value.key).not.toBe(key);
  expect(localStorage.length).toBe(0);
});

test("a draft of an earlier shift is not shown", () => {
  const old = { ...emptyDraft(), description: "a", savedAtMs: Date.now() - 13 * 3600 * 1000 };
  localStorage.setItem("komek-report:op-1", JSON.stringify(old));
  expect(isEmpty(new DraftStore("op-1").draft.value)).toBe(true);
});

test("a full device keeps the text on the page and says so", () => {
  const full = { getItem: () => null, setItem: () => { throw new Error("QuotaExceededError"); } } as unknown as Storage;
  const store = new DraftStore("op-1", full);
  store.change({ description: "a" });
  expect(store.draft.value.description).toBe("a");
  expect(store.isKept.value).toBe(false);
});

test.each(["{", "null", "[]", '"text"', "{}"])("a damaged draft is an empty one: %s", (kept) => {
  localStorage.setItem("komek-report:op-1", kept);
  expect(isEmpty(new DraftStore("op-1").draft.value)).toBe(true);
});
