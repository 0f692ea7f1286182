import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { now } from "../../shared/clock";
import { type Deployment, deployment } from "../../shared/deployment";
import type { OutboxItem } from "../../shared/outbox_store";
import { startTexts } from "../../shared/text";
import { OutboxList } from "../../volunteer/parts/outbox_list";
import * as state from "../../volunteer/state";
import { LOADERS } from "../../volunteer/text";

const TAPPED = Date.parse("2026-11-26T09:03:00Z");
let root: HTMLElement;
let said: readonly OutboxItem[] = [];

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  vi.spyOn(state.items, "value", "get").mockImplementation(() => said);
  now.value = TAPPED + 1_000;
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  [deployment.value, state.offlineSince.value] = [null, null];
  vi.restoreAllMocks();
});

function item(action: string, more: Partial<OutboxItem> = {}): OutboxItem {
  return { seq: 1, key: action, method: "POST", url: "/", body: null, action, about: "O1", tapped_at: new Date(TAPPED).toISOString(), state: "saved", problem: null, ...more };
}

function shown(...list: readonly OutboxItem[]): Element | null {
  said = list;
  // Drawn anew: a component with the same properties waits for its signals.
  act(() => render(null, root));
  act(() => render(<OutboxList about="O1" />, root));
  return root.querySelector(".unconfirmed");
}

test.each(["accept", "decline", "skip", "en-route", "on-scene", "done", "check-in", "confirm", "need-help", "submit-result"])(
  "without a network %s says since when it waits, and the operators' number",
  (action) => {
    state.offlineSince.value = TAPPED - 60_000;
    deployment.value = { operators_phone: "+7 700 100" } as Deployment;

    const box = shown(item(action));

    expect(box?.textContent).toMatch(/not confirmed since \d\d:03/);
    expect(box?.querySelector("a")?.getAttribute("href")).toBe("tel:+7700100");
  },
);

test("without a number of operators the rescue service is for what help depends on", () => {
  state.offlineSince.value = TAPPED - 60_000;

  for (const action of ["accept", "decline", "check-in", "need-help", "distress"])
    expect(shown(item(action))?.querySelector("a")?.getAttribute("href")).toBe("tel:112");
  for (const action of ["skip", "submit-result", "done", "en-route", "on-scene", "confirm"])
    expect(shown(item(action))?.querySelector("a")).toBeNull();
});

test("only who accepts is told that somebody else may be sent meanwhile", () => {
  state.offlineSince.value = TAPPED;

  expect(shown(item("accept"))?.textContent).toContain("somebody else");
  expect(shown(item("done"))?.textContent).not.toContain("somebody else");
});

test("an answer that is just under way alarms nobody; one that gets no answer does", () => {
  expect(shown(item("accept", { state: "sent" }))).toBeNull();

  now.value = TAPPED + 5_000;

  expect(shown(item("accept", { state: "sent" }))).not.toBeNull();
});

test("what was received or refused waits no more", () => {
  state.offlineSince.value = TAPPED;

  expect(shown(item("accept", { state: "received" }))).toBeNull();
  expect(shown(item("accept", { state: "refused", problem: "offer_ended" }))).toBeNull();
});

test("the operators are called where the deployment states their number", () => {
  state.offlineSince.value = TAPPED;
  deployment.value = { operators_phone: "+7 (727) 300-00-00" } as Deployment;

  const call = shown(item("accept"))?.querySelector("a");

  expect(call?.getAttribute("href")).toBe("tel:+77273000000");
  expect(call?.textContent).toBe("Call the operator");
});
