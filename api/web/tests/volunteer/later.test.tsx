import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTexts } from "../../shared/text";
import { later } from "../../volunteer/parts/later";
import { LOADERS } from "../../volunteer/text";

let root: HTMLElement;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  vi.useFakeTimers();
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  document.head.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number): Promise<void> => act(() => vi.advanceTimersByTimeAsync(ms).then(() => undefined)) as Promise<void>;

const shown = async (what: preact.VNode): Promise<void> => {
  await act(async () => render(what, root));
  await pass(0);
};

/** A part of the page that comes when `isThere` says so. */
function part(isThere: () => boolean, meanwhile?: () => null) {
  return later(async () => {
    if (!isThere()) throw new TypeError("Failed to fetch dynamically imported module");
    return () => <p id="part">the part</p>;
  }, meanwhile);
}

test("a part that cannot be loaded says so and how to reach somebody, and comes by itself", async () => {
  let isThere = false;
  const Part = part(() => isThere);

  await shown(<Part />);
  expect(root.querySelector("[data-missing]")?.textContent).toContain("has not been loaded");
  expect(root.querySelector("[data-missing] a")?.getAttribute("href")).toBe("tel:112");
  isThere = true;
  await pass(2_000);

  expect(root.textContent).toBe("the part");
});

test("what nobody waits for is left out while it is missing", async () => {
  const Part = part(() => false, () => null);

  await shown(<Part />);

  expect(root.textContent).toBe("");
});

test("a style sheet that failed is asked for again", async () => {
  const Part = part(() => false);
  const link = document.createElement("link");
  // Without an address: this document loads none.
  link.rel = "stylesheet";
  Object.defineProperty(link, "sheet", { value: null });
  document.head.append(link);

  await shown(<Part />);
  expect(document.querySelector("link")).toBe(link);
  await pass(2_000);

  expect(document.querySelectorAll("link")).toHaveLength(1);
  expect(document.querySelector("link")).not.toBe(link);
});

test("the page begins anew only when the server answers", async () => {
  const reload = vi.spyOn(location, "reload").mockImplementation(() => undefined);
  const answers = vi.fn().mockRejectedValueOnce(new TypeError("Failed to fetch")).mockResolvedValueOnce(new Response("", { status: 200 }));
  vi.stubGlobal("fetch", answers);
  const Part = part(() => false);
  await shown(<Part />);
  const again = root.querySelector<HTMLButtonElement>("[data-missing] button");

  again?.click();
  await pass(0);
  expect(reload).not.toHaveBeenCalled();
  again?.click();
  await pass(0);

  expect(reload).toHaveBeenCalledOnce();
});
