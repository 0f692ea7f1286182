// A priority is always shape, number, word and colour: diamond 1, triangle 2, ring 3, square 4.
import type { VNode } from "preact";
import type { components } from "../api";
import { texts } from "../text";

export type Priority = components["schemas"]["Priority"];
export const NUMBER_OF: Readonly<Record<Priority, number>> = { critical: 1, high: 2, normal: 3, low: 4 };

/** Made anew for each place: Preact moves an element that stands in two. */
const SHAPES: Readonly<Record<Priority, () => VNode>> = {
  critical: () => <path class="fill" d="M9 0 18 9 9 18 0 9Z" />,
  high: () => <path class="fill" d="M9 1 17.5 16.5H.5Z" />,
  normal: () => <circle class="line" cx="9" cy="9" r="7.5" />,
  low: () => <rect class="line" x="1.5" y="1.5" width="15" height="15" />,
};
/** Where the number stands: the triangle is heavier below. */
const BASELINE: Readonly<Record<Priority, number>> = { critical: 12.2, high: 14.5, normal: 12.2, low: 12.2 };

/** The shape with its number, for places that have the word beside it. */
export function SeverityShape({ of }: { of: Priority }) {
  return (
    <svg viewBox="0 0 18 18" aria-hidden="true">
      {SHAPES[of]()}
      <text x="9" y={BASELINE[of]}>{NUMBER_OF[of]}</text>
    </svg>
  );
}

export function Severity({ of }: { of: Priority }) {
  return (
    <span class={`mark ${of}`}>
      <SeverityShape of={of} />
      <span>{texts().words.priorities[of]}</span>
    </span>
  );
}
