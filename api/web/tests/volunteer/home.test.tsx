import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTexts } from "../../shared/text";
import type { Profile } from "../../volunteer/device";
import { Home } from "../../volunteer/screens/home";
import { agreed, isReached, profile } from "../../volunteer/state";
import { LOADERS } from "../../volunteer/text";

let root: HTMLElement;

beforeEach(async () => {
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  act(() => render(null, root));
  root.remove();
  [profile.value, isReached.value, agreed.value] = [null, null, null];
});

function home(until: string | null): HTMLElement {
  profile.value = { id: "v-1", on_duty: true, duty_until: until } as Profile;
  act(() => render(<Home id="v-1" />, root));
  return root;
}

test("an hour is added to an end that stands: a duty without an end would become shorter", () => {
  expect(home(null).querySelector('[data-action="plus-hour"]')).toBeNull();
  expect(home("2026-11-27T18:00:00Z").querySelector('[data-action="plus-hour"]')).not.toBeNull();
});

test("only who is told of a request while the page is closed need not watch it", () => {
  expect(home(null).textContent).not.toMatch(/no need to watch|keep this page open/);

  act(() => void (isReached.value = false));
  expect(root.textContent).toContain("keep this page open");
  act(() => void (isReached.value = true));
  expect(root.textContent).toContain("no need to watch the screen");
  expect(root.textContent).not.toContain("keep this page open");
});

test("the switch of the duty says that it shares the position, until the person has answered that question", () => {
  profile.value = { id: "v-1", on_duty: false, duty_until: null } as Profile;
  act(() => render(<Home id="v-1" />, root));
  expect(root.querySelector('[data-action="duty"]')?.textContent).toContain("your position is then shared");

  act(() => void (agreed.value = true));
  expect(root.querySelector('[data-action="duty"]')?.textContent).not.toContain("position");
});
