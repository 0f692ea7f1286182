import { draft, eraseDrafts, keepDraft } from "../../console/drafts";
import { beforeEach, expect, test } from "vitest";
import { DraftStore, emptyDraft, eraseOldDrafts, eraseReportDrafts, isEmpty } from "../../console/report/draft";

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

const kept = (person: string, ageH: number): void =>
  localStorage.setItem(`komek-report:${person}`, JSON.stringify({ ...emptyDraft(), callerPhone: "+7 701", savedAtMs: Date.now() - ageH * 3600 * 1000 }));

test("a start of the page erases old and damaged drafts of everybody, and nothing else", () => {
  kept("op-1", 13);
  kept("op-2", 11);
  localStorage.setItem("komek-report:op-3", "{");
  localStorage.setItem("theme", "dark");
  eraseOldDrafts();
  expect(Object.keys(localStorage).sort()).toEqual(["komek-report:op-2", "theme"]);
});

test("whoever signs out leaves no draft on the desk, also none of others", () => {
  kept("op-1", 0);
  kept("op-2", 1);
  keepDraft("note i-1", "пациент 3");
  localStorage.setItem("theme", "dark");
  eraseReportDrafts();
  eraseDrafts();
  expect(Object.keys(localStorage)).toEqual(["theme"]);
  expect(draft("note i-1")).toBe("");
});
