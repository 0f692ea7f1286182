import { beforeAll, expect, test } from "vitest";
import { keepDeskOnDrop } from "../../console/dropped_files";

beforeAll(keepDeskOnDrop);

function dropped(on: Element, types: readonly string[]): Event & { readonly dataTransfer: { readonly dropEffect: string } } {
  document.body.append(on);
  const event = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), { dataTransfer: { types, dropEffect: "copy" } });
  on.dispatchEvent(event);
  on.remove();
  return event;
}

test.each(["div", "button", "input", "textarea"])("a file that is dropped on a %s leaves the desk where it is", (name) => {
  const event = dropped(document.createElement(name), ["Files"]);
  expect([event.defaultPrevented, event.dataTransfer.dropEffect]).toEqual([true, "none"]);
});

test("a link beside a field opens nothing; text into a field is typed", () => {
  expect(dropped(document.createElement("div"), ["text/uri-list"]).defaultPrevented).toBe(true);
  expect(dropped(document.createElement("textarea"), ["text/plain"]).defaultPrevented).toBe(false);
});

test("the form that takes a file keeps it", () => {
  const form = document.createElement("form");
  form.addEventListener("drop", (event) => event.preventDefault());
  expect(dropped(form, ["Files"]).dataTransfer.dropEffect).toBe("copy");
});
