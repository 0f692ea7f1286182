import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HINTS } from "../../shared/assistant/texts";
import type { Hint } from "../../shared/assistant/values";
import { Verdict } from "../../shared/assistant/verdict";
import { startTexts } from "../../shared/text";
import { LOADERS } from "../../volunteer/text";

const HINT = { id: "h-1", kind: "people", model: "komek-words", value: {}, spans: [], probability: null } as unknown as Hint;
let root: HTMLElement;
let sent: { url: string; body: unknown }[];
let status: number;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  await HINTS.load();
  root = document.createElement("div");
  [sent, status] = [[], 202];
  vi.stubGlobal("fetch", (url: string, { body }: RequestInit) => {
    sent.push({ url, body: JSON.parse(String(body)) });
    return Promise.resolve(Response.json(status === 202 ? { hint_id: "h-1", right: true } : { code: "not_found" }, { status }));
  });
});
afterEach(() => {
  render(null, root);
  vi.unstubAllGlobals();
});

const show = (hint: Hint): Promise<void> => act(async () => render(<Verdict incident="i-1" hint={hint} class="button" />, root)) as Promise<void>;
const touch = (which: string): Promise<void> => act(async () => root.querySelector<HTMLElement>(`[data-verdict=${which}]`)?.click()) as Promise<void>;

test("one touch says it, and a second one says nothing more", async () => {
  await show(HINT);
  await touch("wrong");
  await touch("right");
  expect(sent).toEqual([{ url: "/v1/incidents/i-1/hints/h-1/verdict", body: { right: false } }]);
  expect(root.querySelector("[data-verdict=wrong]")?.getAttribute("aria-pressed")).toBe("true");
  expect(root.querySelector("[role=status]")?.textContent).toBe("noted");
});

test("a refusal is said, and may be tried again", async () => {
  status = 404;
  await show(HINT);
  await touch("right");
  await expect.poll(() => root.querySelector("[role=status]")?.textContent).toBe("not noted");
  expect(root.querySelector("[aria-pressed=true]")).toBeNull();
});

test("what has no figures is not judged", async () => {
  for (const hint of [{ ...HINT, model: "gpt" }, { ...HINT, kind: "summary" }, { ...HINT, model: undefined }]) {
    await show(hint as unknown as Hint);
    expect(root.querySelector("[data-verdict]")).toBeNull();
  }
});
