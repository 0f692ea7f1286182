// The key of a control, printed beside it. Hidden from screen readers, which read `aria-keyshortcuts` of the control.
export function KeyCap({ of }: { of: string }) {
  return <kbd aria-hidden="true" class={of.length === 1 ? "letter" : undefined}>{of}</kbd>;
}
