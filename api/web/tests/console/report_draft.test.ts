import { draft, eraseDrafts, keepDraft } from "../../console/drafts";
import { beforeEach, expect, test } from "vitest";
import { DraftStore, emptyDraft, eraseOldDrafts, eraseReportDrafts, isEmpty } from "../../console/report/draft";
import { windowId } from "../../console/report/window";

const held: string[] = [];

beforeEach(() => {
  localStorage.clear();
  held.length = 0;
  const locks = {
    request: (_: string, run: () => Promise<void>) => run(),
    query: () => Promise.resolve({ held: held.map((id) => ({ name: `komek-window:${id}` })) }),
  };
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
});

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
  localStorage.setItem(`komek-report:op-1:${windowId()}`, JSON.stringify(old));
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
  localStorage.setItem(`komek-report:op-1:${windowId()}`, kept);
  expect(isEmpty(new DraftStore("op-1").draft.value)).toBe(true);
});

const kept = (person: string, ageH: number): void =>
  localStorage.setItem(`komek-report:${person}:w`, JSON.stringify({ ...emptyDraft(), callerPhone: "+7 701", savedAtMs: Date.now() - ageH * 3600 * 1000 }));

test("a start of the page erases old and damaged drafts of everybody, and nothing else", () => {
  kept("op-1", 13);
  kept("op-2", 11);
  localStorage.setItem("komek-report:op-3:w", "{");
  localStorage.setItem("theme", "dark");
  eraseOldDrafts();
  expect(Object.keys(localStorage).sort()).toEqual(["komek-report:op-2:w", "theme"]);
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

const inWindow = (id: string): DraftStore => new DraftStore("op-1", localStorage, id);

test("two windows type two reports, and what one sends leaves that of the other", async () => {
  held.push("a", "b");
  const first = inWindow("a");
  first.change({ description: "өрт" });
  const second = inWindow("b");
  await second.adopt();
  expect(isEmpty(second.draft.value)).toBe(true);
  expect(second.draft.value.key).not.toBe(first.draft.value.key);
  second.change({ description: "су" });
  first.clear();
  expect(inWindow("b").draft.value.description).toBe("су");
});

test("a window takes over what a window that is gone has left, once, with its key", async () => {
  const gone = inWindow("a");
  gone.change({ description: "өрт" });
  held.push("b", "c");
  const [next, later] = [inWindow("b"), inWindow("c")];
  await next.adopt();
  await later.adopt();
  expect(next.draft.value).toEqual(gone.draft.value);
  expect(isEmpty(later.draft.value)).toBe(true);
});

test("what is typed here is never replaced by what another window has left", async () => {
  inWindow("a").change({ description: "өрт" });
  const here = inWindow("b");
  here.change({ description: "су" });
  await here.adopt();
  expect(here.draft.value.description).toBe("су");
});
