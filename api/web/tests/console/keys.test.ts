import { afterEach, beforeEach, expect, test } from "vitest";
import { bindKeys, nameOf, startKeys } from "../../console/keys";

let stop: () => void;
let unbind: () => void;
let pressed: string[];

beforeEach(() => {
  pressed = [];
  document.body.innerHTML = '<input id="field"><button id="control"></button>';
  stop = startKeys();
  unbind = bindKeys({ n: () => void pressed.push("n"), enter: () => void pressed.push("enter"), escape: () => void pressed.push("escape"), "ctrl+k": () => void pressed.push("ctrl+k") });
});
afterEach(() => {
  unbind();
  stop();
});

function press(at: string | null, key: string, code: string, more: KeyboardEventInit = {}): void {
  const target = at === null ? document.body : document.getElementById(at);
  target?.dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true, ...more }));
}

test("letters are those of the keyboard's place, whatever the layout", () => {
  press(null, "т", "KeyN");
  expect(pressed).toEqual(["n"]);
  expect(nameOf({ key: "?", code: "Slash", ctrlKey: false, metaKey: false })).toBe("?");
});

test("in a field single letters type, and Alt with the letter does the same", () => {
  press("field", "n", "KeyN");
  press("field", "n", "KeyN", { altKey: true });
  press("field", "k", "KeyK", { ctrlKey: true });
  press("field", "Escape", "Escape");
  expect(pressed).toEqual(["n", "ctrl+k", "escape"]);
});

test("a held key acts once, and Enter on a control is the control's", () => {
  press(null, "n", "KeyN", { repeat: true });
  press("control", "Enter", "Enter");
  press(null, "Enter", "Enter");
  expect(pressed).toEqual(["enter"]);
});

test("the table that was bound last takes the key", () => {
  const inner = bindKeys({ n: () => void pressed.push("inner") });
  press(null, "n", "KeyN");
  inner();
  press(null, "n", "KeyN");
  expect(pressed).toEqual(["inner", "n"]);
});
