import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { localProblem } from "../../shared/problem";
import { KeyCap } from "../../shared/parts/key_cap";
import { en } from "../../shared/messages/sign_in/en";
import { LanguageSwitch } from "../../shared/parts/language_switch";
import { ProblemText } from "../../shared/parts/problem_text";
import { NUMBER_OF, Severity } from "../../shared/parts/severity";
import { SignIn } from "../../shared/parts/sign_in";
import { language } from "../../shared/language";
import { startTexts, texts } from "../../shared/text";
import { LOADERS } from "../../volunteer/text";
import { json, problem } from "../support/answers";

let root: HTMLElement;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  location.hash = "";
  vi.unstubAllGlobals();
});

const shown = (what: preact.VNode): void => act(() => render(what, root)) as unknown as void;
const tap = (selector: string): Promise<void> => act(async () => root.querySelector<HTMLElement>(selector)?.click()) as Promise<void>;

test("a priority has a shape, a number and a word, and each is different", () => {
  const seen = (["critical", "high", "normal", "low"] as const).map((priority) => {
    shown(<Severity of={priority} />);
    const drawn = root.querySelector("svg");
    return [drawn?.firstElementChild?.outerHTML, drawn?.querySelector("text")?.textContent, root.querySelector("span > span")?.textContent];
  });

  expect(seen.map(([, number]) => Number(number))).toEqual(Object.values(NUMBER_OF));
  expect(seen.map(([, , word]) => word)).toEqual(["critical", "high", "normal", "low"]);
  expect(new Set(seen.map(([shape]) => shape)).size).toBe(4);
});

test("a key is printed for eyes only", () => {
  shown(<KeyCap of="n" />);

  expect(root.querySelector("kbd")?.getAttribute("aria-hidden")).toBe("true");
});

test("each language is one tap away, in its own name, and kept", async () => {
  shown(<LanguageSwitch />);
  await tap('[data-action="language-ru"]');

  // Loaded first.
  await vi.waitFor(() => expect(language.value).toBe("ru"));
  expect(document.documentElement.lang).toBe("ru");
  expect(texts().common.actions.send).toBe("Отправить");
  expect(root.querySelector('[aria-pressed="true"]')?.textContent).toBe("Русский");
  expect(localStorage.getItem("komek-language")).toBe("ru");
});

test("a problem is said by its code; an unknown code is shown", () => {
  shown(<ProblemText of={localProblem("offline")} />);
  expect(root.textContent).toContain("No network");

  shown(<ProblemText of={{ ...localProblem("offline"), code: "new_code" }} />);
  expect(root.textContent).toContain("new_code");

  // What the server refused is no fault of the server.
  shown(<ProblemText of={{ ...localProblem("offline"), code: "new_rule", status: 409 }} />);
  expect(root.textContent).toBe("This is not possible in the present state. (new_rule)");
});

test("opening a login link spends nothing; a tap does", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push(`${url} ${String(init.body)}`);
    return Promise.resolve(problem("code_refused", 403));
  });
  location.hash = "#code=abc";
  shown(<SignIn text={en} />);
  expect(asked).toEqual([]);

  await tap('[data-action="sign-in"]');
  await act(async () => void (await Promise.resolve()));

  expect(asked).toEqual(['/v1/session/exchange {"code":"abc"}']);
  await vi.waitFor(() => expect(root.querySelector('[role="alert"]')?.textContent).toContain("used already"));
  expect(location.hash).toBe("");
});

test("a code can be typed, for an installed app that no link opens", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    asked.push(String(init.body));
    return Promise.resolve(json({ id: "v-1", role: "volunteer", session_id: "s", expires_at: "2026-11-22T09:00:00Z" }));
  });
  shown(<SignIn text={en} />);
  const field = root.querySelector<HTMLInputElement>('[data-field="code"]');
  await act(async () => {
    if (field === null) return;
    field.value = " abc ";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(async () => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));

  expect(asked).toEqual(['{"code":"abc"}']);
});
