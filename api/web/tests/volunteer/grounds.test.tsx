// A person who was found in a hazard zone is told on every screen, until it ends.
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { components } from "../../shared/api";
import { startTexts } from "../../shared/text";
import { callingOf, grounds, joined, shownOf, understood } from "../../volunteer/grounds/warnings";
import { loadWatch } from "../../volunteer/grounds/watch";
import { LOADERS } from "../../volunteer/text";

type Warning = components["schemas"]["WarningShown"];
const warning = (part: Partial<Warning> = {}): Warning => ({ incident_id: "i-1", type: "flood", priority: "high", state: "active", area: null, ...part });

test("a zone calls until the person has understood it, and stays on the screen until it ends", () => {
  const told = joined([], [warning()]);
  expect([callingOf(told), shownOf(told).length]).toEqual(["i-1", 1]);

  const read = joined(understood(told, "i-1"), [warning()]);
  expect([callingOf(read), shownOf(read).length]).toEqual(["", 1]);

  const ended = joined(read, [warning({ state: "ended" })]);
  expect([callingOf(ended), shownOf(ended).length]).toEqual(["", 1]);
  expect(shownOf(joined(understood(ended, "i-1"), [warning({ state: "ended" })]))).toEqual([]);
});

test("a zone that the server lists no more has ended, and is forgotten once that was read", () => {
  const gone = joined(joined([], [warning()]), []);
  expect(shownOf(gone)).toMatchObject([{ incident_id: "i-1", state: "ended" }]);
  expect(joined(gone, [])).toEqual(gone);
  expect(joined(understood(gone, "i-1"), [])).toEqual([]);
});

test("a zone that begins again calls again", () => {
  const ended = understood(joined(joined([], [warning()]), [warning({ state: "ended" })]), "i-1");
  expect(callingOf(joined(ended, [warning()]))).toBe("i-1");
});

test("the end of a zone of which nobody was told here is no news", () => {
  expect(joined([], [warning({ state: "ended" })])).toEqual([]);
});

let root: HTMLElement;
beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ items: [] }, { status: 503 })));
});
afterEach(() => {
  act(() => render(null, root));
  root.remove();
  grounds.value = [];
  vi.unstubAllGlobals();
});

test("what cannot be read now stays: the line of the last visit is there without a network", async () => {
  const Watch = await loadWatch();
  grounds.value = joined([], [warning()]);

  act(() => render(<Watch id="v-1" />, root));

  const line = root.querySelector('[data-warning="i-1"]');
  expect(line?.getAttribute("role")).toBe("alert");
  expect(line?.textContent).toContain("Hazard zone: Flood");
  expect(line?.textContent).toContain("call 112");
  act(() => root.querySelector<HTMLElement>('[data-action="warning-understood"]')?.click());
  expect(root.querySelector('[data-warning="i-1"]')?.getAttribute("role")).toBe("status");
  expect(root.querySelector("button")).toBeNull();
});
