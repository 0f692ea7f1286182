import { beforeAll, expect, test } from "vitest";
import { calledBy, isCalled, numberOf } from "../../console/queue/number";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";

const CALLED = { id: "i-8320e6-853470fa01c25a54b2a88354d0c9b51c", call_number: "AK-042" };

beforeAll(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
});

test("an incident is called by its number, and never by its id", () => {
  expect(numberOf(CALLED)).toBe("AK-042");
  expect(numberOf({ id: CALLED.id })).toBe("no number");
  expect(isCalled(CALLED, "b51c")).toBe(false);
});

test.each(["AK-042", "ak 42", "ак-42", "АК042", "AK–42"])("%s names it, in either alphabet", (typed) => {
  expect(isCalled(CALLED, typed)).toBe(true);
});

test.each(["AK-43", "AM-042", "42", "такси", ""])("«%s» does not", (typed) => {
  expect(isCalled(CALLED, typed)).toBe(false);
});

test("a figure alone names whoever has it, unless the text names one exactly", () => {
  const [am, as] = [{ id: "i-1-0000aaaa", call_number: "AM-019" }, { id: "i-2-00000190", call_number: "AK-019" }];
  expect(calledBy([am, as, CALLED], "19")).toEqual([am, as]);
  expect(calledBy([am, CALLED], "019")).toEqual([am]);
  expect(calledBy([am, as], "ак 19")).toEqual([as]);
  expect(calledBy([am, as], "0190")).toEqual([]);
  expect(calledBy([am, as], "9")).toEqual([]);
});

test("after midnight an incident of the evening has its day behind its number, and is named by it", async () => {
  const { now } = await import("../../shared/clock");
  now.value = Date.parse("2026-11-27T19:30:00Z"); // 00:30 of the 28th in the zone of the deployment
  const evening = { id: "i-1-0000aaaa", call_number: "AM-001", reported_at: "2026-11-27T18:55:00Z" };
  const night = { id: "i-2-0000bbbb", call_number: "AM-001", reported_at: "2026-11-27T19:05:00Z" };

  expect([evening, night].map(numberOf)).toEqual(["AM-001/27", "AM-001"]);
  expect(numberOf({ id: night.id, call_number: "AM-001", times: { reported: evening.reported_at } })).toBe("AM-001/27");
  expect(calledBy([evening, night], "ам 1")).toEqual([evening, night]);
  expect(calledBy([evening, night], "ам 1/27")).toEqual([evening]);
  expect(calledBy([evening, night], "1 / 28")).toEqual([night]);
  expect(calledBy([evening, night], "AM-001/26")).toEqual([]);
});
