import { expect, test } from "vitest";
import { callKey, isCalled, numberOf } from "../../console/queue/number";

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
