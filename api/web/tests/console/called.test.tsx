import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { calledById, numberById } from "../../console/queue/called";
import { Similar } from "../../console/detail/similar";
import { type Incident, rows } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";
import { row, table } from "./rows";

const asked: string[] = [];
let found: unknown[];
let root: HTMLElement;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  vi.useFakeTimers({ shouldAdvanceTime: true });
  [asked.length, found] = [0, []];
  rows.value = new Map();
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return json({ items: found, complete: true });
  });
  await startTexts(LOADERS);
  root = document.createElement("div");
});
afterEach(() => {
  render(null, root);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const entry = (id: string, more: object = {}) => ({ type: "incident", id, incident: row(id, { call_number: "AK-007", status: "closed", reported_at: new Date().toISOString(), ...more }) });

test("an incident that has ended is called by its number, with what and where it was, and asked for once", async () => {
  found = [entry("i-1-0000aaaa")];
  expect(calledById("i-1-0000aaaa")).toBe("no number");
  numberById("i-1-0000aaaa");
  await vi.waitFor(() => expect(calledById("i-1-0000aaaa")).toBe("AK-007 Flood, place unknown, closed"));
  await vi.advanceTimersByTimeAsync(120_000);
  calledById("i-1-0000aaaa");
  expect(asked).toEqual(["/v1/search?q=i-1-0000aaaa"]);
});

test("an open one is called by its row, and nothing is asked", () => {
  rows.value = table(row("i-2", { call_number: "AK-042", reported_at: new Date().toISOString() }));
  expect(calledById("i-2")).toBe("AK-042 Flood, place unknown");
  expect(asked).toEqual([]);
});

test("what is not known yet is asked for again later, and an end is learnt", async () => {
  calledById("i-3");
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  await vi.advanceTimersByTimeAsync(10_000);
  calledById("i-3");
  expect(asked).toHaveLength(1);
  found = [entry("i-3", { status: "dispatching" })];
  await vi.advanceTimersByTimeAsync(30_000);
  calledById("i-3");
  await vi.waitFor(() => expect(calledById("i-3")).toBe("AK-007 Flood, place unknown"));
  found = [entry("i-3")];
  await vi.advanceTimersByTimeAsync(31_000);
  calledById("i-3");
  await vi.waitFor(() => expect(calledById("i-3")).toContain("closed"));
});

test("a likely duplicate that has ended says what and where it was, and is not offered for a merge", async () => {
  found = [entry("i-4")];
  rows.value = table(row("i-5", { call_number: "AK-043" }));
  const candidates = ["i-4", "i-5"].map((incident_id) => ({ incident_id, score: 0.8, apart_s: 60, distance_m: 100 }));
  await act(() => render(<Similar of={{ merge_candidates: candidates, status: "dispatching", offers: [] } as unknown as Incident} />, root));
  await vi.waitFor(() => expect(root.querySelector("li")?.textContent).toContain("AK-007Flood, place unknown, closed, 80%"));
  expect([...root.querySelectorAll("li")].map((one) => one.querySelectorAll(".btn").length)).toEqual([0, 1]);
});

test("no page of the console shows the end of an id in place of a name", () => {
  const folder = join(import.meta.dirname, "../../console");
  const sources = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.tsx?$/.test(name));
  const cutting = sources.filter((name) => /\b(id|_id|Id)(\)|\])?\.(slice|substring|substr)\(|\.slice\(-[1-9]\)\.toUpperCase/.test(readFileSync(join(folder, name), "utf-8")));
  expect(cutting).toEqual([]);
});
