import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { forgetAll, keepSession } from "../../volunteer/device";
import type { Session } from "../../volunteer/device";
import { draftOf, keepDraft } from "../../volunteer/drafts";
import { link } from "../../volunteer/state";

const typed = { outcome: "located", text: "by the bridge", place: "", incident: "", assisted: [], asked: [] };

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  link.value = null;
  keepSession({ id: "v-1", role: "volunteer" } as Session);
});

test("what is typed outlasts the app, and ends when it is sent", () => {
  keepDraft("o-1", typed);
  sessionStorage.clear();
  expect(draftOf("o-1")).toEqual(typed);

  keepDraft("o-1", null);
  expect(draftOf("o-1").text).toBe("");
});

test("it goes with the session, and is never the next person's", () => {
  keepDraft("o-1", typed);
  keepSession({ id: "v-2", role: "volunteer" } as Session);
  expect(draftOf("o-1").text).toBe("");

  keepDraft("o-1", typed);
  forgetAll();
  expect(localStorage.length).toBe(0);
});

test("by a link nothing that was typed stays on the device", () => {
  link.value = "Ab3dE9fGh2";

  keepDraft("o-1", typed);

  expect(draftOf("o-1")).toEqual(typed);
  expect(JSON.stringify({ ...localStorage })).not.toContain("bridge");
});
