import { beforeEach, expect, test } from "vitest";
import { closeFormOfOther, form, givenPerson, openForm } from "../../console/detail/orders";
import { selectedId } from "../../console/state";

beforeEach(() => {
  selectedId.value = "i-1";
  openForm(null);
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
