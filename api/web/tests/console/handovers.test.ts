// @vitest-environment node
import { beforeEach, expect, test } from "vitest";
import { type HandoverHead, handovers, isUnread, takeHandovers, unread } from "../../console/handovers";
import { session } from "../../shared/session";

const note = (id: string, by: string, ...readers: string[]): HandoverHead =>
  ({ id, by, read_by: readers.map((reader) => ({ by: reader, at: "2026-11-22T08:00:00.000Z" })) }) as unknown as HandoverHead;

beforeEach(() => {
  handovers.value = null;
  session.value = { kind: "signed-out" } as unknown as typeof session.value;
});

test("a note is unread for everybody but its writer and who has read it, and for nobody who is not signed in", () => {
  const one = note("n-1", "op-1", "op-3");

  expect(["op-1", "op-2", "op-3", null].map((id) => isUnread(one, id))).toEqual([false, true, false, false]);
});

test("before the stream has told of notes there is none to read, and after it those of others", () => {
  session.value = { kind: "signed-in", session: { id: "op-2" } } as unknown as typeof session.value;
  expect(unread.value).toEqual([]);

  takeHandovers({ items: [note("n-2", "op-1"), note("n-1", "op-2")] } as unknown as Parameters<typeof takeHandovers>[0]);
  expect(unread.value.map((one) => one.id)).toEqual(["n-2"]);

  takeHandovers({ items: [note("n-2", "op-1", "op-2")] } as unknown as Parameters<typeof takeHandovers>[0]);
  expect(unread.value).toEqual([]);
});
