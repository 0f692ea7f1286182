import { type ComponentType, render } from "preact";
import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import { bindKeys, startKeys } from "../../console/keys";
import { Later } from "../../console/parts";

test("what is typed while a form is loaded is no command, and afterwards letters are commands again", async () => {
  const command = vi.fn();
  const stops = [startKeys(), bindKeys({ c: command })];
  const root = document.createElement("div");
  document.body.append(root);
  let arrive: (of: ComponentType<object>) => void = () => undefined;
  const load = () => new Promise<ComponentType<object>>((resolve) => (arrive = resolve));
  const press = () => act(() => void document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyC", key: "с", bubbles: true })));

  await act(() => render(<Later load={load} props={{}} waiting="…" isTypedInto />, root));
  await press();
  expect(command).not.toHaveBeenCalled();

  await act(() => arrive(() => <p>form</p>));
  await vi.waitFor(() => expect(root.textContent).toBe("form"));
  await press();
  expect(command).toHaveBeenCalledOnce();
  render(null, root);
  root.remove();
  stops.forEach((stop) => stop());
});
