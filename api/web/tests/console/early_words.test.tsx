import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { useEarlyWords } from "../../console/early_words";

let root: HTMLElement;

beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
});

function Opening() {
  return <>{useEarlyWords(true, "Loading")}</>;
}

/** Whether the desk, which listens further out, may act on the key. */
async function reachesDesk(key: string): Promise<boolean> {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  await act(() => void root.querySelector("[data-early]")?.dispatchEvent(event));
  return !event.defaultPrevented;
}

test("words that no form keeps yet are not put aside", async () => {
  await act(() => render(<Opening />, root));
  expect(await reachesDesk("Escape")).toBe(true);

  const field = root.querySelector<HTMLTextAreaElement>("[data-early]");
  if (field !== null) field.value = "Smoke";
  await act(() => void field?.dispatchEvent(new InputEvent("input", { bubbles: true })));

  expect(await reachesDesk("Escape")).toBe(false);
});

test("Tab leaves no field whose form is not there: what is typed next would be orders", async () => {
  await act(() => render(<Opening />, root));
  expect(await reachesDesk("Tab")).toBe(false);
});
