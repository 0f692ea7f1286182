// A second tap of a double tap, or a held Enter, belongs to what stood there before: never to the control that has come in its place.

/** On controls that are meant to be tapped again and again. */
const AGAIN = "[data-again]";
/** Some browsers begin to count anew after the third tap. */
const SAME_SERIES_MS = 500;
let stoppedAtMs = -Infinity;

/** Lets one tap be one answer, on every button of the page. Returns what ends it. */
export function startTaps(): () => void {
  window.addEventListener("click", onClick, true);
  window.addEventListener("keydown", onKey, true);
  return () => {
    window.removeEventListener("click", onClick, true);
    window.removeEventListener("keydown", onKey, true);
  };
}

function onClick(event: MouseEvent): void {
  // The browser counts clicks that follow each other at one place.
  if (event.detail > 1 || (event.detail === 1 && event.timeStamp - stoppedAtMs < SAME_SERIES_MS)) stop(event);
}

function onKey(event: KeyboardEvent): void {
  if (event.repeat && event.key === "Enter") stop(event);
}

function stop(event: Event): void {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button === null || button.matches(AGAIN)) return;
  stoppedAtMs = event.timeStamp;
  event.preventDefault();
  event.stopImmediatePropagation();
}
