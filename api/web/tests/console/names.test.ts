import { expect, test } from "vitest";
import { nameIn, nameOf } from "../../console/people/names";
import type { Incident } from "../../console/state";

const named = (...offers: unknown[]): Incident => ({ offers }) as unknown as Incident;

test("a person is named as they chose, and by their id while they chose nothing", () => {
  const of = named({ volunteer_id: "v-1", label: "Данияр А." }, { volunteer_id: "v-2", label: null });

  expect(["v-1", "v-2", "op-7"].map((id) => nameIn(of, id))).toEqual(["Данияр А.", "v-2", "op-7"]);
  expect(nameOf({ volunteer_id: "v-3" })).toBe("v-3");
});

test("two people of one name are told apart by their ids, and one who was asked twice is one", () => {
  const [first, second] = [{ volunteer_id: "v-1", label: "Самал" }, { volunteer_id: "v-2", label: "Самал" }];

  expect(nameIn(named(first, second), "v-1")).toBe("Самал v-1");
  expect(nameIn(named(first, first), "v-1")).toBe("Самал");
});

test("somebody in danger is named without a request of their own", () => {
  const of = { offers: [], person: { volunteer_id: "v-9", label: "Руслан Д." } } as unknown as Incident;

  expect(nameIn(of, "v-9")).toBe("Руслан Д.");
});
