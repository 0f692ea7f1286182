// Where the focus goes when what had it is taken away: by its own order, by news, or because its pane or screen closed. The keys work
// without a focus, but Tab then begins at the top of the page again, and whoever hears the page is nowhere.

/** Selectors of where keys are at home, the best first. */
let homes: readonly string[] = [];

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
  const to = lost.isConnected ? lost : (path.find((one) => one.isConnected && one.matches("[tabindex]")) ?? home());
  if (!(to instanceof HTMLElement)) return;
  // A heading has no place among what Tab reaches, but is read out from here on.
  if (to.tabIndex < 0) to.tabIndex = -1;
  to.focus({ preventScroll: true });
}

function home(): Element | null {
  for (const one of homes) {
    const found = document.querySelector(one);
    if (found !== null) return found;
  }
  return null;
}

/** `at`: selectors of where the focus goes when nothing around it is left. Returns what stops it. */
export function keepFocus(...at: string[]): () => void {
  homes = at;
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
