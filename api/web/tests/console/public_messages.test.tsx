import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startKeys } from "../../console/keys";
import { loadMessages } from "../../console/public/MessageList";
import { mark, markedId } from "../../console/public/marked_message";
import { told } from "../../console/public/waiting_messages";
import { selectedId, rows } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json, problem } from "../support/answers";

const SENT = { way: "sms", state: "waiting", language: "ru", at: "2026-11-28T04:00:00Z", latest_at: "2026-11-28T04:00:00Z", count: 1, by: null, location: null, volunteer_id: null, stopped: false, is_cut: false, kinds: ["text"] };
let root: HTMLElement;
let stop: () => void;
let waiting: string[];
let refusal: Response | null;
const posted: [string, unknown][] = [];

const entry = (id: string) => ({ ...SENT, id, text: `text of ${id}`, phone: `+7705${id}` });

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  [waiting, refusal, posted.length] = [["1", "2", "3"], null, 0];
  mark(null);
  vi.stubGlobal("fetch", async (url: string, { method, body }: RequestInit) => {
    if (method !== "POST") return url.includes("/v1/conversations/") ? json({ ...entry("1"), text: "all of it", messages: [] }) : json({ items: waiting.map(entry), next: null, waiting: waiting.length });
    posted.push([url.replace("/v1/conversations/", ""), body ? JSON.parse(String(body)) : null]);
    return refusal ?? json({}, 202);
  });
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
  stop = startKeys();
});
afterEach(() => {
  stop();
  render(null, root);
  root.remove();
  [selectedId.value, rows.value] = [null, new Map()];
  vi.unstubAllGlobals();
});

const show = async (): Promise<void> => {
  const MessageList = await loadMessages();
  await act(async () => render(<MessageList />, root));
  await vi.waitFor(() => expect(root.querySelectorAll("[data-conversation]")).toHaveLength(waiting.length));
};
const press = (key: string) => act(() => void document.body.dispatchEvent(new KeyboardEvent("keydown", { code: /\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`, key, bubbles: true })));
const marked = () => root.querySelector("[data-marked=true]")?.getAttribute("data-conversation") ?? null;
const news = (ids: string[]) => act(() => {
  waiting = ids;
  told.value = { is_on: true, waiting: ids.length, items: ids.map(entry) } as never;
});
const said = () => root.querySelector("[data-said]")?.textContent;

test("a key that was meant for a message which another desk settles reaches no other sender's", async () => {
  await show();
  await press("x");
  await news(["2", "3"]);
  await vi.waitFor(() => expect(root.querySelectorAll("[data-conversation]")).toHaveLength(2));

  await press("1");
  await press("m");

  expect([posted, marked()]).toEqual([[], null]);
  expect(said()).toContain("Another operator");
  await press("j");
  expect(marked()).toBe("2");
  expect(root.querySelectorAll("[data-choice]")).toHaveLength(0);
});

test("after an order of this desk the next message is marked, and what became of the order is said", async () => {
  await show();
  await press("j");
  await press("x");
  waiting = ["1", "3"];
  await press("1");
  await vi.waitFor(() => expect(marked()).toBe("3"));
  expect(posted).toEqual([["2/discard", { reason: "spam" }]]);
  expect(said()).toBe("Discarded: SMS +77052");
});

test.each([
  ["a second press while an answer is on its way sends no second one", ["t", "2", "2", "2"], "1/reply"],
  ["a second press while a message is added adds it once", ["m", "m"], "1/attach"],
])("%s", async (_, keys, order) => {
  await show();
  selectedId.value = "i-1";
  for (const key of keys) await act(() => void press(key));
  await vi.waitFor(() => expect(said()).not.toBe(""));
  expect(posted.map(([url]) => url)).toEqual([order]);
});

test("whoever looks for the open incident comes back to the same message", async () => {
  await show();
  await press("j");
  await act(() => render(null, root));
  await show();
  expect([marked(), markedId.value]).toEqual(["2", "2"]);
});

test("a message that went while the list was away leaves the first one marked", async () => {
  await show();
  await press("j");
  await act(() => render(null, root));
  waiting = ["1", "3"];
  await show();
  expect([marked(), said()]).toEqual(["1", ""]);
});

test("an order that somebody else was faster with says who", async () => {
  refusal = problem("conflict", 409, { state: "taken", by: "op-2" });
  await show();
  await press("n");
  await vi.waitFor(() => expect(said()).toContain("op-2"));
});

test("a key is seen to have worked before the answer comes", async () => {
  await show();
  let answer = (_: Response): void => undefined;
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (answer = resolve)));
  await press("n");
  expect(said()).toBe("Sending…");
  await act(async () => answer(problem("conflict", 409, { state: "taken", by: "op-2" })));
  await vi.waitFor(() => expect(said()).toContain("op-2"));
});

test("a long text is read whole before anything is done about it", async () => {
  waiting = ["1"];
  const MessageList = await loadMessages();
  const cut = { ...entry("1"), text: "the beginn", is_cut: true };
  vi.stubGlobal("fetch", async (url: string) => (url.includes("/v1/conversations/") ? json({ ...entry("1"), text: "all of it", messages: [] }) : json({ items: [cut], next: null, waiting: 1 })));
  await act(async () => render(<MessageList />, root));
  await vi.waitFor(() => expect(root.querySelector("[data-action=message-read]")).not.toBeNull());
  await act(() => void document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "Enter", key: "Enter", bubbles: true })));
  await vi.waitFor(() => expect(root.querySelector(".words")?.textContent).toBe("all of it"));
  expect(root.querySelector("[data-action=message-read]")).toBeNull();
});

test("a text that cannot be read says why", async () => {
  waiting = ["1"];
  const MessageList = await loadMessages();
  const cut = { ...entry("1"), text: "the beginn", is_cut: true };
  vi.stubGlobal("fetch", async (url: string) => (url.includes("/v1/conversations/") ? problem("not_found", 404) : json({ items: [cut], next: null, waiting: 1 })));
  await act(async () => render(<MessageList />, root));
  await vi.waitFor(() => expect(root.querySelector("[data-action=message-read]")).not.toBeNull());
  await act(() => void document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "Enter", key: "Enter", bubbles: true })));
  await vi.waitFor(() => expect(said()).not.toMatch(/^(Sending…)?$/));
});

test("an answer that comes late closes no choice that was opened meanwhile", async () => {
  await show();
  const fetched = fetch;
  let answer = (_: Response): void => undefined;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => (url.endsWith("/reply") ? new Promise<Response>((resolve) => (answer = resolve)) : fetched(url, init)));
  for (const key of ["t", "2", "x"]) await press(key);
  await act(async () => answer(json({}, 202)));
  await vi.waitFor(() => expect(said()).toContain("+77051"));
  await press("1");
  await vi.waitFor(() => expect(posted).toEqual([["1/discard", { reason: "spam" }]]));
});
