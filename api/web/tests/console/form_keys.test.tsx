import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FormFrame } from "../../console/detail/form_frame";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";

let root: HTMLElement;
const sent = vi.fn();

beforeEach(async () => {
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  sent.mockClear();
});

const show = (canSend: boolean, lacks?: string) =>
  act(() => render(<FormFrame title="Form" canSend={canSend} {...(lacks === undefined ? {} : { lacks })} onSend={sent}><input data-first /></FormFrame>, root));
const enter = (ctrlKey: boolean) => act(() => void root.querySelector("input")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey, bubbles: true, cancelable: true })));
const said = (): string | undefined => root.querySelector('[data-lacks][role="alert"]')?.textContent ?? undefined;

test.each([true, false])("Enter in a form that cannot be sent says why (with Ctrl: %s)", async (ctrlKey) => {
  await show(false);
  expect(said()).toBeUndefined();
  await enter(ctrlKey);
  expect(said()).toBe("Nothing to send yet.");
  await show(false, "Name it.");
  expect(said()).toBe("Name it.");

  await show(true);
  expect(said()).toBeUndefined();
  await enter(true);
  expect(sent).toHaveBeenCalledOnce();
});
