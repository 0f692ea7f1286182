import { expect, test } from "vitest";
import { type Known, matches, optionsFor } from "../../console/palette/commands";
import { numberOf } from "../../console/queue/number";
import { row } from "./rows";

const rows = [row("i-1-aaaa1042", { priority: "low" }), row("i-1-bbbb2077", { priority: "critical", type: "fire.building" })];
const done: string[] = [];
const known: Known = {
  rows,
  actions: [{ id: "new", label: "Новое", key: "N", run: () => void done.push("new") }],
  textOf: (one) => `${numberOf(one)} ${one.type === "flood" ? "Су тасқыны" : "Пожар"}`,
  open: (id) => void done.push(id),
  assign: (id, person) => ({ id: "assign", label: `${person} → ${id}`, key: null, run: () => void done.push(`${person} ${id}`) }),
};

test("nothing typed offers the most urgent incidents, then the orders", () => {
  expect(optionsFor("", known).map((one) => one.id)).toEqual(["i-1-bbbb2077", "i-1-aaaa1042", "new"]);
});

test("a number, the beginning of a word, and letters of a neighbouring layout find an incident", () => {
  expect(optionsFor("1042", known).map((one) => one.id)).toEqual(["i-1-aaaa1042"]);
  expect(optionsFor("пож", known).map((one) => one.id)).toEqual(["i-1-bbbb2077"]);
  expect(matches("тасқын су", "Су тасқыны")).toBe(true);
  expect(matches("таскын", "Су тасқыны")).toBe(true);
  expect(matches("асқын", "Су тасқыны")).toBe(false);
});

test("a number and a person assign by hand", () => {
  const [first] = optionsFor("2077 v-7", known);
  first?.run();

  expect(done).toEqual(["v-7 i-1-bbbb2077"]);
});
