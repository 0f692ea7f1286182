import { type ComponentType, render } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bindKeys, startKeys } from "../../console/keys";
import { Later } from "../../console/parts";

const command = vi.fn();
const said = vi.fn();
const root = document.createElement("div");
let stops: (() => void)[] = [];
let arrive: (of: ComponentType<object>) => void = () => undefined;
const load = () => new Promise<ComponentType<object>>((resolve) => (arrive = resolve));
const press = (key: string, code: string, ctrlKey = false) => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { code, key, ctrlKey, bubbles: true, cancelable: true }));

function Form() {
  const words = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => words.current?.focus(), []);
  return <textarea ref={words} data-field="words" defaultValue="Before. " onInput={(event) => said(event.currentTarget.value)} />;
}

function type(text: string): void {
  const field = document.activeElement as HTMLTextAreaElement;
  field.setRangeText(text, field.value.length, field.value.length, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

beforeEach(async () => {
  document.body.append(root);
  stops = [startKeys(), bindKeys({ c: command })];
  await act(() => render(<Later load={load} props={{}} waiting="…" isTypedInto />, root));
});
afterEach(() => {
  render(null, root);
  root.remove();
  stops.forEach((stop) => stop());
  vi.clearAllMocks();
});

test("what is typed while a form is loaded is no command, and stands in the form before what is typed then", async () => {
  press("с", "KeyC");
  await act(() => type("Мост"));
  await act(() => arrive(Form));
  await vi.waitFor(() => expect(document.activeElement).toBe(root.querySelector("[data-field=words]")));
  await act(() => type(" через"));

  expect(command).not.toHaveBeenCalled();
  expect(said.mock.calls).toEqual([["Before. Мост"], ["Before. Мост через"]]);
});

test("nothing is sent by a form that is not there, and nothing is kept of one that was left", async () => {
  await act(() => type("Мост"));
  press("Enter", "Enter", true);
  await act(() => render(null, root));
  await act(() => arrive(Form));
  await act(() => render(<Later load={() => Promise.resolve(Form)} props={{}} waiting="…" isTypedInto />, root));
  await vi.waitFor(() => expect(root.querySelector("[data-field=words]")).not.toBeNull());

  expect(said).not.toHaveBeenCalled();
});

test("once the form is there letters outside its fields are commands again", async () => {
  await act(() => arrive(() => <p>form</p>));
  await vi.waitFor(() => expect(root.textContent).toBe("form"));
  document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyC", key: "с", bubbles: true }));

  expect(command).toHaveBeenCalledOnce();
});
