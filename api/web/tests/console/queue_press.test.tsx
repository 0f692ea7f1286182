import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { release } from "../../console/queue/hold";
import { Queue } from "../../console/queue/queue";
import { rows, select, selectedId } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { row, table } from "./rows";

let root: HTMLElement;

beforeEach(async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 404 })));
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
  rows.value = table(row("a", {}, 20), row("b", {}, 10));
  await act(() => render(<Queue />, root));
});
afterEach(() => {
  render(null, root);
  root.remove();
  release();
  select(null);
  rows.value = new Map();
  vi.unstubAllGlobals();
});

const order = (): (string | null)[] => [...root.querySelectorAll("[data-incident]")].map((one) => one.getAttribute("data-incident"));

test("a click opens the incident that was aimed at, whatever arrives between pressing and letting go", async () => {
  const aimed = root.querySelector<HTMLElement>('[data-incident="a"]');
  await act(() => void aimed?.dispatchEvent(new Event("pointerdown", { bubbles: true })));
  await act(() => void (rows.value = table(row("a", { accepted: 2 }, 20), row("b", {}, 10), row("c", { priority: "critical" }))));
  expect(order()).toEqual(["a", "b", "c"]);

  await act(() => void window.dispatchEvent(new Event("pointerup")));
  await act(() => aimed?.click());
  expect(selectedId.value).toBe("a");

  await vi.waitFor(() => expect(order()).toEqual(["c", "b", "a"]));
});

test("a row whose work is done says so, below the rows it is counted, and the list can show those alone", async () => {
  await act(() => void (rows.value = table(row("a", { ready_to_close: true, accepted: 2 }, 20), row("b", {}, 10))));
  expect(root.querySelector('[data-incident="a"] [data-ready]')?.textContent).toBe("can be closed");
  expect(root.querySelector('[data-incident="b"] [data-ready]')).toBeNull();

  const toggle = root.querySelector<HTMLElement>('[data-filter="ready"]');
  await act(() => toggle?.click());
  expect(order()).toEqual(["a"]);
  await act(() => root.querySelector<HTMLElement>('[data-filter="ready"]')?.click());
  expect(order()).toEqual(["b", "a"]);
});
