// @vitest-environment node
import { expect, test, vi } from "vitest";
import { learnNames, nameById, nameIn, nameOf } from "../../console/people/names";
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

test("the names of people who were not asked are learnt once, and an id without a name stays an id", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    const id = new URL(url, "http://x").searchParams.get("q");
    return Promise.resolve(Response.json({ items: id === "v-7" ? [{ id, label: "Айгүл" }] : [], next: null }));
  });
  await learnNames(["v-7", "v-8"]);
  await learnNames(["v-7", "v-8"]);
  vi.unstubAllGlobals();
  expect([nameById("v-7"), nameById("v-8")]).toEqual(["Айгүл", "v-8"]);
  expect(asked).toHaveLength(2);
});
