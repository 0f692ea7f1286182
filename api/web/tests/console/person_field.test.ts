// @vitest-environment node
import { expect, test } from "vitest";
import { type Person, onlyNamed } from "../../console/detail/person_field";

const person = (id: string, label: string | null): Person => ({ id, label }) as Person;

test("a name that one person has is that person", () => {
  expect(onlyNamed("дина", [person("v-2", "Дина А."), person("v-3", "Мадина")])).toBe("v-2");
  expect(onlyNamed("дина", [person("v-2", "Дина А."), person("v-3", "Дина Б.")])).toBeNull();
});

test("a whole id is that person, the beginning of another id is nobody", () => {
  expect(onlyNamed(" v-1 ", [person("v-10", "В"), person("v-1", null)])).toBe("v-1");
  expect(onlyNamed("v-1", [person("v-10", null)])).toBeNull();
  expect(onlyNamed("", [person("v-10", "В")])).toBeNull();
});
