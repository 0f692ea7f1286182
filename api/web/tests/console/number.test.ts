import { expect, test } from "vitest";
import { callKey, calledBy, isCalled, numberOf } from "../../console/queue/number";

const CALLED = { id: "i-8320e6-853470fa01c25a54b2a88354d0c9b51c", call_number: "AK-042" };

test("an incident is called by its number, and by the end of its id before it has one", () => {
  expect(numberOf(CALLED)).toBe("AK-042");
  expect(numberOf({ id: CALLED.id })).toBe("B51C");
});

test.each(["AK-042", "ak 42", "ак-42", "АК042", "AK–42"])("%s names it, in either alphabet", (typed) => {
  expect(isCalled(CALLED, typed)).toBe(true);
});

test.each(["AK-43", "AM-042", "42", "такси", ""])("«%s» does not", (typed) => {
  expect(isCalled(CALLED, typed)).toBe(false);
});

test("the end of the id names it too", () => {
  expect(isCalled(CALLED, "b51c")).toBe(true);
  expect(callKey("b51c")).toBeNull();
});

test("a figure alone names whoever has it, unless the text names one exactly", () => {
  const [am, as] = [{ id: "i-1-0000aaaa", call_number: "AM-019" }, { id: "i-2-00000190", call_number: "AK-019" }];
  expect(calledBy([am, as, CALLED], "19")).toEqual([am, as]);
  expect(calledBy([am, CALLED], "019")).toEqual([am]);
  expect(calledBy([am, as], "ак 19")).toEqual([as]);
  expect(calledBy([am, as], "0190")).toEqual([as]);
  expect(calledBy([am, as], "9")).toEqual([]);
});
