import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTaps } from "../../shared/taps";

let end: () => void;
let root: HTMLElement;

beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  end = startTaps();
});
afterEach(() => {
  end();
  root.remove();
});

/** A button that has come to the place of another; `said`: what it did. */
function button(again = false): { readonly at: HTMLButtonElement; readonly said: ReturnType<typeof vi.fn> } {
  const at = document.createElement("button");
  if (again) at.dataset["again"] = "";
  const said = vi.fn();
  at.addEventListener("click", said);
  root.append(at);
  return { at, said };
}

function tap(at: Element, detail: number, timeStamp: number): void {
  const event = new MouseEvent("click", { bubbles: true, cancelable: true, detail });
  Object.defineProperty(event, "timeStamp", { value: timeStamp });
  at.dispatchEvent(event);
}

test("of taps that follow each other only the first counts, whatever stands there then", () => {
  const [before, after] = [button(), button()];
  tap(before.at, 1, 10_000);
  // As Chromium counts five quick taps.
  [2, 3, 1, 2].forEach((detail, turn) => tap(after.at, detail, 10_120 + turn * 120));

  expect([before.said.mock.calls.length, after.said.mock.calls.length]).toEqual([1, 0]);
  tap(after.at, 1, 12_000);
  expect(after.said).toHaveBeenCalledOnce();
});

test("quick single clicks at several places, keys, and controls for repeated taps all count", () => {
  const [one, other, zoom] = [button(), button(), button(true)];
  tap(one.at, 1, 20_000);
  tap(other.at, 1, 20_050);
  tap(other.at, 0, 20_060);
  [1, 2, 3].forEach((detail) => tap(zoom.at, detail, 20_100));

  expect([one.said, other.said, zoom.said].map((said) => said.mock.calls.length)).toEqual([1, 2, 3]);
});

test("a held Enter presses a button once, and writes on in a text", () => {
  const { at } = button();
  const field = document.createElement("textarea");
  root.append(field);
  const isTaken = (target: Element, repeat: boolean): boolean =>
    !target.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", repeat, bubbles: true, cancelable: true }));

  expect([isTaken(at, false), isTaken(at, true), isTaken(field, true)]).toEqual([false, true, false]);
});
