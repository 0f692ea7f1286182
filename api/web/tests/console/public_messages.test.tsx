import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startKeys } from "../../console/keys";
import { loadMessages } from "../../console/public/MessageList";
import { waitingMark } from "../../console/public/marked_message";
import { IS_SHORTENED, LONGEST, shortened } from "../../console/public/prefill";
import { told } from "../../console/public/waiting_messages";
import { selectedId, rows } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json, problem } from "../support/answers";

const SENT = { way: "sms", state: "waiting", language: "ru", at: "2026-11-28T04:00:00Z", latest_at: "2026-11-28T04:00:00Z", count: 1, by: null, location: null, volunteer_id: null, stopped: false, is_cut: false, characters: null, missing_parts: 0, kinds: ["text"], sender: "7K3M92", reply: null, ended_at: null, reason: null };
const PAGE = { first: 1, count: 1, text: "all of it", missing_parts: 0, messages: [{}], next: null };
let root: HTMLElement;
let stop: () => void;
let waiting: string[];
let refusal: Response | null;
const posted: [string, unknown][] = [];

const entry = (id: string) => ({ ...SENT, id, text: `text of ${id}`, phone: `+7705${id}` });

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  [waiting, refusal, posted.length] = [["1", "2", "3"], null, 0];
  told.value = null;
  waitingMark.mark(null);
  vi.stubGlobal("fetch", async (url: string, { method, body }: RequestInit) => {
    if (method !== "POST") return url.includes("/v1/conversations/") ? json(PAGE) : json({ items: waiting.map(entry), next: null, waiting: waiting.length });
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
  expect([marked(), waitingMark.id.value]).toEqual(["2", "2"]);
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
  vi.stubGlobal("fetch", async (url: string) => (url.includes("/v1/conversations/") ? json(PAGE) : json({ items: [cut], next: null, waiting: 1 })));
  await act(async () => render(<MessageList />, root));
  await vi.waitFor(() => expect(root.querySelector("[data-action=message-read]")).not.toBeNull());
  await act(() => void document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "Enter", key: "Enter", bubbles: true })));
  await vi.waitFor(() => expect(root.querySelector(".words")?.textContent).toBe("all of it"));
  expect(root.querySelector("[data-action=message-read]")).toBeNull();
});

test("a text of several pages is read on by one key, and from its beginning again behind the last one", async () => {
  waiting = ["1"];
  const MessageList = await loadMessages();
  const asked: string[] = [];
  const pages = [{ ...PAGE, count: 3, text: "first", messages: [{}, {}], next: "2-9" }, { ...PAGE, first: 3, count: 3, text: "second", missing_parts: 2 }];
  vi.stubGlobal("fetch", async (url: string) => {
    if (!url.includes("/v1/conversations/")) return json({ items: [{ ...entry("1"), text: "the beginn", is_cut: true, count: 3 }], next: null, waiting: 1 });
    asked.push(url.replace(/.*messages/, ""));
    return json(pages[url.includes("cursor") ? 1 : 0]);
  });
  await act(async () => render(<MessageList />, root));
  await vi.waitFor(() => expect(root.querySelector("[data-page]")?.textContent).toContain("The beginning is shown."));
  for (const [text, part] of [["first", "Messages 1–2 of 3."], ["second", "Messages 3–3 of 3."], ["first", "Messages 1–2 of 3."]] as const) {
    await act(() => void document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "Enter", key: "Enter", bubbles: true })));
    await vi.waitFor(() => expect(root.querySelector(".words")?.textContent).toBe(text));
    expect(root.querySelector("[data-page]")?.textContent).toContain(part);
    expect(root.textContent?.includes("2 parts of a long SMS have not come")).toBe(text === "second");
  }
  expect(asked).toEqual(["", "?cursor=2-9", ""]);
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

test("of entries that are not marked the first words are shown, so that a flood pushes nobody out of view", async () => {
  const MessageList = await loadMessages();
  const long = [{ ...entry("1"), text: "a".repeat(900) }, { ...entry("2"), text: "b".repeat(900) }, { ...entry("3"), text: "c\n".repeat(90) }];
  vi.stubGlobal("fetch", async () => json({ items: long, next: null, waiting: 3 }));
  await act(async () => render(<MessageList />, root));
  await vi.waitFor(() => expect([...root.querySelectorAll(".words")].map((one) => one.textContent)).toEqual(["a".repeat(900), `${"b".repeat(280)}…`, `${"c\n".repeat(5)}c…`]));
});

test("senders without a number are told apart by their marks", async () => {
  const MessageList = await loadMessages();
  const chats = ["7K3M92", "AA2T45"].map((sender, at) => ({ ...entry(String(at)), way: "telegram", phone: null, sender }));
  vi.stubGlobal("fetch", async () => json({ items: [...chats, entry("3")], next: null, waiting: 3 }));
  await act(async () => render(<MessageList />, root));
  await vi.waitFor(() => expect([...root.querySelectorAll("[data-sender]")].map((one) => one.textContent)).toEqual(["Telegram 7K3M92", "Telegram AA2T45", "SMS +77053"]));
});

test("every desk sees who chooses a reply, and which one was sent", async () => {
  const MessageList = await loadMessages();
  vi.stubGlobal("fetch", async () => json({ items: [{ ...entry("1"), reply: { text: "where", by: "op-2", at: "2026-11-28T04:00:00Z" } }, entry("2")], next: null, waiting: 2 }));
  told.value = { is_on: true, waiting: 2, items: [], here: [{ conversation_id: "2", label: "op-3", doing: "editing" }, { conversation_id: "1", label: "op-3", doing: "reading" }] } as never;
  await act(async () => render(<MessageList />, root));
  await vi.waitFor(() => expect(root.querySelectorAll("[data-conversation]")).toHaveLength(2));
  expect([...root.querySelectorAll("[data-answering]")].map((one) => one.textContent)).toEqual(["op-3 is choosing a reply"]);
  expect([...root.querySelectorAll("[data-replied]")].map((one) => one.textContent)).toEqual(["reply at 09:00 by op-2: “Send the address; if in danger call 112”"]);
});

test("choosing a reply is told to the others until it is chosen or put aside, and reads no list again", async () => {
  const requests: string[] = [];
  await show();
  const fetched = fetch;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    requests.push(`${init.method ?? "GET"} ${url.replace("/v1/conversations", "").replace(/\?.*/, "")} ${String(init.body ?? "")}`.trim());
    return init.method === "PUT" ? Promise.resolve(new Response(null, { status: 204 })) : fetched(url, init);
  });
  await press("t");
  await vi.waitFor(() => expect(requests).toEqual(['PUT /1/presence {"doing":"editing"}']));
  await act(() => void (told.value = { ...told.value, here: [{ conversation_id: "1", label: "op-3", doing: "editing" }] } as never));
  await press("j");
  await vi.waitFor(() => expect(requests.slice(1)).toEqual(['PUT /1/presence {"doing":"reading"}']));
});

test("what was discarded is listed with who, when and why, and one key lets it wait again", async () => {
  await show();
  const DONE = { state: "ended", by: "op-2", end: "discarded", reason: "spam", ended_at: "2026-11-28T04:05:00Z" };
  let discarded = [{ ...entry("8"), ...DONE }, { ...entry("9"), ...DONE }];
  vi.stubGlobal("fetch", async (url: string, { method }: RequestInit) => {
    if (method !== "POST") return json({ items: url.includes("end=discarded") ? discarded : waiting.map(entry), next: null, waiting: 3 });
    posted.push([url.replace("/v1/conversations/", ""), null]);
    discarded = discarded.filter((one) => !url.includes(`/${one.id}/`));
    return json({}, 202);
  });
  await press("d");
  await vi.waitFor(() => expect(root.querySelectorAll("[data-conversation]")).toHaveLength(2));
  expect(root.querySelector("h2")?.textContent).toBe("Discarded in the last 168\u00a0hr");
  expect(root.querySelector(".why")?.textContent).toContain("by op-2: spam");
  await press("j");
  await press("u");
  await vi.waitFor(() => expect(root.querySelectorAll("[data-conversation]")).toHaveLength(1));
  expect([posted, said()]).toEqual([[["9/take-back", null]], "Waits again: SMS +77059"]);
  await press("d");
  await vi.waitFor(() => expect(root.querySelectorAll("[data-conversation]")).toHaveLength(3));
});

test("discarded messages of earlier pages are added by one key, and stay when something changes", async () => {
  await show();
  const asked: (string | null)[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    const cursor = new URL(url, "http://x").searchParams.get("cursor");
    asked.push(cursor);
    return json({ items: [entry(cursor === null ? "8" : "9")], next: cursor === null ? "c-1" : null, waiting: 3 });
  });
  await press("d");
  await vi.waitFor(() => expect(root.querySelector("[data-action=messages-earlier]")).not.toBeNull());
  await press("e");
  await vi.waitFor(() => expect(root.querySelectorAll("[data-conversation]")).toHaveLength(2));
  expect(root.querySelector("[data-action=messages-earlier]")).toBeNull();
  await news(["1"]);
  await vi.waitFor(() => expect(asked).toEqual([null, null, "c-1", null, "c-1"]));
  expect(root.querySelectorAll("[data-conversation]")).toHaveLength(2);
});

test("a message that another desk has settled says who and which incident it became", async () => {
  refusal = problem("conflict", 409, { state: "ended", by: "op-2", incident_id: "i-7" });
  await show();
  const fetched = fetch;
  const ended = { id: "i-7", call_number: "AK-007", type: "flood", status: "closed", place: null, reported_at: new Date().toISOString() };
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => (url.startsWith("/v1/search") ? Promise.resolve(json({ items: [{ type: "incident", id: "i-7", incident: ended }], complete: true })) : fetched(url, init)));
  await press("n");
  await vi.waitFor(() => expect(said()).toBe("It has been settled already, op-2, AK-007 Flood, place unknown, closed"));
});

test.each([
  ["a".repeat(10_000), false, "a".repeat(10_000)],
  ["a".repeat(10_001), false, `${"a".repeat(9976)} [… +25]`],
  ["a", true, "a [… +0…]"],
  [`${"a".repeat(9975)}${"🔥".repeat(100)}`, false, `${"a".repeat(9975)} [… +200]`],
])("a text that is too long for the form says what it leaves out", (text, isMore, cut) => {
  expect(shortened(text, LONGEST, isMore)).toBe(cut);
  expect(IS_SHORTENED.test(shortened(text, LONGEST, isMore))).toBe(cut !== text);
});
