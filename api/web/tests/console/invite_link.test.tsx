import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { InviteForm } from "../../console/people/InviteForm";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

let root: HTMLElement;
beforeEach(async () => {
  const made = { role: "volunteer", id: "v-abc234", link: "/v/#code=secret", expires_at: "2026-11-22T08:00:00Z" };
  vi.stubGlobal("fetch", async (_: string, { method }: RequestInit) => json(made, method === "PUT" ? 202 : 201));
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

const field = <E extends Element>(selector: string): E => root.querySelector<E>(selector)!;
const written = (name: string) => act(() => {
  field<HTMLInputElement>('[data-field="name"]').value = name;
  field('[data-field="name"]').dispatchEvent(new Event("input", { bubbles: true }));
});

test("the link is titled by the name that was given, and is shown whole", async () => {
  await act(() => render(<InviteForm onDone={() => undefined} />, root));
  await written(" Aigul ");
  await act(() => field<HTMLInputElement>('[data-field="languages"] input').click());
  await act(() => field<HTMLInputElement>('[data-field="skills"] input').click());
  await act(() => void field("form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
  await vi.waitFor(() => expect(root.querySelector("h2")?.textContent).toBe("Added: Aigul"));

  // One line of a field would cut it off.
  expect(field<HTMLTextAreaElement>('textarea[data-field="link"]').value).toMatch(/\/v\/#code=secret$/);
});
