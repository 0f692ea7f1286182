import { expect, test } from "vitest";
import { type Known, matches, optionsFor } from "../../console/palette/commands";
import { withFound } from "../../console/palette/found";
import type { Found } from "../../console/palette/search";
import { numberOf } from "../../console/queue/number";
import { statusWord } from "../../console/say";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { row } from "./rows";

const rows = [row("i-1-aaaa1042", { priority: "low", call_number: "AK-1042" }), row("i-1-bbbb2077", { priority: "critical", type: "fire.building", call_number: "AM-2077" })];
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

test("the figure of a call number opens its incident, and with a name of several words assigns", () => {
  const called = { ...known, rows: [...rows, row("i-1-cccc0000", { call_number: "AM-019", priority: "low" })] };
  expect(optionsFor("019", called)[0]?.id).toBe("i-1-cccc0000");
  expect(optionsFor("19", called)[0]?.id).toBe("i-1-cccc0000");
  for (const typed of ["AM-019 Айна С.", "ам 19 Айна С.", "019 Айна С."]) expect(optionsFor(typed, called)[0]?.label).toBe("Айна С. → i-1-cccc0000");
});

test("a number that stands twice offers an order about each, told apart by what else is known", () => {
  const twice = { ...known, rows: [row("i-1-cccc0001", { call_number: "AM-019" }), row("i-1-dddd0002", { call_number: "AM-019", type: "fire.building" })] };
  const options = optionsFor("019 v-7", twice);
  expect(options.map((one) => one.label)).toEqual(["v-7 → i-1-cccc0001", "v-7 → i-1-dddd0002"]);
  expect(options.map((one) => one.detail)).toEqual([expect.stringContaining("Су тасқыны"), expect.stringContaining("Пожар")]);
});

test("whoever is named comes first, and places come after everything else", async () => {
  await startTexts(LOADERS);
  const name = (title: string) => ({ kk: title, ru: title, en: title });
  const found = [
    { type: "place", id: "p-1", title: "Ольга", match: "name", place: { district: null, region: name("Ақмола"), location: { type: "Point", coordinates: [71, 51] } } },
    { type: "volunteer", id: "v-9", title: "Ольга К.", match: "label", person: { on_duty: true, skills: [], engaged_in: "i-1-bbbb2077" } },
  ] as unknown as Found[];
  const around = { rows: new Map(), selected: null, open: () => undefined, report: () => undefined, assignTo: () => undefined, show: () => undefined };
  const local = optionsFor("", known);
  expect(withFound("ольга", local, found, around).map((one) => one.id)).toEqual(["v-9", "i-1-bbbb2077", "i-1-aaaa1042", "new", "p-1"]);
});

test("an ended incident says so, has no mark of urgency, and leads to its after-action report", async () => {
  await startTexts(LOADERS);
  const opened: string[] = [];
  const around = { rows: new Map(), selected: null, open: (id: string) => void opened.push(`open ${id}`), report: (id: string) => void opened.push(`report ${id}`), assignTo: () => undefined, show: () => undefined };
  const found = [
    { type: "incident", id: "i-1-cccc3001", title: "AK-007", at: null, match: "external_id", incident: row("i-1-cccc3001", { status: "dispatching" }) },
    { type: "incident", id: "i-1-dddd3002", title: "AK-008", at: null, match: "external_id", incident: row("i-1-dddd3002", { status: "closed" }) },
  ] as unknown as Found[];
  const options = withFound("112-000123", [], found, around);
  options.forEach((one) => one.run());
  expect(opened).toEqual(["open i-1-cccc3001", "report i-1-dddd3002"]);
  expect(options.map((one) => one.row === null)).toEqual([false, true]);
  expect(options[1]?.label).toContain(statusWord("closed"));
});
