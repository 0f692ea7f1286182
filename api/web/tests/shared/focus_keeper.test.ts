import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepFocus } from "../../shared/focus_keeper";

let stop: () => void;
const at = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
const focused = (): string => document.activeElement?.id ?? "";

beforeEach(() => {
  document.body.innerHTML = `
    <ol id="queue" class="rows" tabindex="0"></ol>
    <section id="pane"><div id="scroll" tabindex="0"><ul id="list"><li><button id="order">Handled</button></li></ul></div></section>
    <p id="text">Words</p>`;
  stop = keepFocus(".rows", "main h1");
});
afterEach(() => {
  stop();
  document.body.innerHTML = "";
});

/** What had the focus goes away as browsers let it: without an event. */
function take(id: string): void {
  at(id).blur();
  at(id).remove();
}

test("a button that its own order takes away leaves the focus in its pane", async () => {
  at("order").focus();
  take("order");
  await vi.waitFor(() => expect(focused()).toBe("scroll"));
});

test("a pane that closes leaves the focus in the queue, also where the queue comes later", async () => {
  at("order").focus();
  const queue = at("queue");
  queue.remove();
  at("order").blur();
  at("pane").remove();
  document.body.append(queue);
  await vi.waitFor(() => expect(focused()).toBe("queue"));
});

test("a button that waits for its order has the focus again when it can be pressed", async () => {
  const order = at("order") as HTMLButtonElement;
  order.focus();
  order.disabled = true;
  order.blur();
  await new Promise((resolve) => setTimeout(resolve));
  order.disabled = false;
  await vi.waitFor(() => expect(focused()).toBe("order"));
});

test("who tabs beyond the last control is not brought back by news", async () => {
  at("order").focus();
  at("order").blur();
  at("list").append(document.createElement("li"));
  await new Promise((resolve) => setTimeout(resolve));
  expect(document.activeElement).toBe(document.body);
});

test("who clicks beside everything has no focus, and news give none", async () => {
  at("order").focus();
  at("text").dispatchEvent(new Event("pointerdown", { bubbles: true }));
  at("order").blur();
  at("list").append(document.createElement("li"));
  await new Promise((resolve) => setTimeout(resolve));
  expect(document.activeElement).toBe(document.body);
});

test("a screen that is replaced leaves the focus at the heading of the next, which Tab does not reach", async () => {
  document.body.innerHTML = '<main><h1>A request</h1><button id="accept">I go</button></main>';
  at("accept").focus();
  at("accept").blur();
  document.body.innerHTML = '<main><h1 id="next">The way</h1><button>On the way</button></main>';
  await vi.waitFor(() => expect(focused()).toBe("next"));
  expect(at("next").getAttribute("tabindex")).toBe("-1");
});
