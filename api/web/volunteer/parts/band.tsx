// A band of the sheet: an icon, a bold line and a quiet one.
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

export function Band({ icon, tone = "", title, children }: { icon: IconName; tone?: string; title: string; children?: ComponentChildren }) {
  return (
    <div class={`band ${tone}`}>
      <Icon of={icon} />
      <div>
        <strong>{title}</strong>
        {children !== undefined && children !== null && <p class="more">{children}</p>}
      </div>
    </div>
  );
}
