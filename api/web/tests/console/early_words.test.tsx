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

function Opening({ isComing = true }: { isComing?: boolean }) {
  return <>{useEarlyWords(true, "Loading", isComing)}</>;
}

async function type(text: string): Promise<void> {
  const field = root.querySelector<HTMLTextAreaElement>("[data-early]");
  if (field !== null) field.value = text;
  await act(() => void field?.dispatchEvent(new InputEvent("input", { bubbles: true })));
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

  await type("Smoke");

  expect(await reachesDesk("Escape")).toBe(false);
});

test("Tab leaves no words whose form is still to come: what is typed next would be orders", async () => {
  await act(() => render(<Opening />, root));
  expect(await reachesDesk("Tab")).toBe(true);

  await type("Smoke");
  expect(await reachesDesk("Tab")).toBe(false);

  // Where the form does not come nobody is caught in the field.
  await act(() => render(<Opening isComing={false} />, root));
  expect(await reachesDesk("Tab")).toBe(true);
});
