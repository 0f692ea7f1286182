import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadSummary, timesOf } from "../../console/detail/Summary";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";

let root: HTMLElement;
let asked: string[];

beforeEach(async () => {
  localStorage.setItem("komek-language", "kk");
  await startTexts(LOADERS);
  root = document.createElement("div");
  asked = [];
});
afterEach(() => {
  render(null, root);
  vi.unstubAllGlobals();
});

async function show(status: number, body: object): Promise<void> {
  vi.stubGlobal("fetch", (request: Request | string) => {
    asked.push(typeof request === "string" ? request : request.url);
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "Content-Type": status === 200 ? "application/json" : "application/problem+json" } }));
  });
  const Summary = await loadSummary();
  const timeline = [{ decision_id: "d-1", at: "2026-11-27T08:00:00Z" }, { decision_id: "d-2", at: "2026-11-27T08:01:00Z" }] as never;
  await act(async () => render(<Summary of={{ id: "i-1", version: 2 }} timeline={timeline} />, root));
  await vi.waitFor(() => expect(asked.length).toBe(1));
  await act(async () => new Promise((done) => setTimeout(done)));
}

const SUMMARY = {
  made_by: "assistant",
  incident_id: "i-1",
  language: "kk",
  complete: false,
  sentences: [{ code: "reported", text: "Хабарланды.", events: ["d-1/0"] }, { code: "asked", text: "Сұралды: 2.", events: ["d-1/1", "d-2/0"] }],
};

test("each sentence stands in the mark of software, in the language of the page, with the times of its events", async () => {
  await show(200, SUMMARY);
  expect(asked[0]).toContain("/v1/incidents/i-1/summary?lang=kk");
  const lines = [...root.querySelectorAll("[data-made-by=assistant] [data-sentence]")];
  expect(lines.map((one) => one.getAttribute("data-sentence"))).toEqual(["reported", "asked"]);
  expect(lines[1]?.textContent).toMatch(/^Сұралды: 2\. \d\d:\d\d:00, \d\d:01:00$/);
  expect(root.textContent).toContain("басы жоқ");
});

test("where summaries are switched off, there is none and no error", async () => {
  await show(503, { type: "about:blank", title: "off", status: 503, code: "assistant_off" });
  expect(root.textContent).toBe("");
});

test("of many steps the newest tell where it stands", () => {
  const at = new Map(["a", "b", "c", "d"].map((one, number) => [one, `2026-11-27T08:0${number}:00Z`]));
  expect(timesOf(["a/0", "a/3", "b/0", "c/0", "d/1", "unknown/0"], at, String)).toEqual(["2026-11-27T08:01:00Z", "2026-11-27T08:02:00Z", "2026-11-27T08:03:00Z"]);
  expect(timesOf(["a/0", "b/0", "c/0"], at, (time) => time.slice(0, 13))).toEqual(["2026-11-27T08"]);
});
