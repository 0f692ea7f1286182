// Where the focus goes when what had it is taken away: by its own order, by news, or because its pane closed. The keys work without a
// focus, but Tab then begins at the top of the page again, and whoever hears the page is nowhere.

/** Where keys are at home: the queue. */
const HOME = ".rows";

/** What had the focus last, with everything around it, from the inside out; null: nothing, or the person clicked beside everything. */
let path: readonly Element[] | null = null;
/** It is disabled since: a button that waits for its order has the focus again when it can. */
let isDisabled = false;

function around(of: Element): Element[] {
  const found: Element[] = [];
  for (let one: Element | null = of; one !== null; one = one.parentElement) found.push(one);
  return found;
}

function remember(event: FocusEvent): void {
  isDisabled = false;
  path = event.target instanceof Element && event.target !== document.body ? around(event.target) : null;
}

function forget(): void {
  path = null;
}

/** Goes to the pane around what is gone, where it can have the focus, else home; at once, so that the next key finds it there. */
function look(): void {
  const lost = path?.[0];
  if (lost === undefined || path === null || document.activeElement !== document.body) return;
  isDisabled ||= lost.matches(":disabled");
  // Whoever tabs beyond the last control of the page has left it.
  if (lost.isConnected && !isDisabled) return;
  const to = lost.isConnected ? lost : (path.find((one) => one.isConnected && one.matches("[tabindex]")) ?? document.querySelector(HOME));
  if (to instanceof HTMLElement) to.focus({ preventScroll: true });
}

/** Returns what stops it. */
export function keepFocus(): () => void {
  const watch = new MutationObserver(look);
  watch.observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled", "hidden", "inert"] });
  document.addEventListener("focusin", remember);
  document.addEventListener("pointerdown", forget, true);
  return () => {
    watch.disconnect();
    document.removeEventListener("focusin", remember);
    document.removeEventListener("pointerdown", forget, true);
    path = null;
  };
}
