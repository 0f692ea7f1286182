// A field with its label, and beside it what was made of it.
import type { ComponentChildren } from "preact";

export function Labelled({ label, more, id, children }: { label: string; more?: ComponentChildren; id: string; children: ComponentChildren }) {
  return (
    <div class="report-part">
      <p class="report-label">
        <label id={id} for={`${id}-input`}>{label}</label>
        {more !== undefined && <span class="report-more">{more}</span>}
      </p>
      {children}
    </div>
  );
}
