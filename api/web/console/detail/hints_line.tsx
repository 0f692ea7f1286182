// What software read in the texts of this incident: one quiet line, opened by whoever wants to see it. Nothing is asked before: that
// an operator read hints stands in the audit.
import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { KeyCap } from "../../shared/parts/key_cap";
import { bindKeys } from "../keys";
import { Later } from "../parts";
import type { Incident } from "../state";
import { t } from "../text";

/** The incident whose hints are shown. */
const openId = signal<string | null>(null);
const loadHints = () => import("./Hints").then((module) => module.loadHints());

export function HintsLine({ of }: { of: Incident }) {
  const text = t().own.case.hints;
  const isOpen = openId.value === of.id;
  const toggle = (): void => void (openId.value = openId.peek() === of.id ? null : of.id);
  useLayoutEffect(() => bindKeys({ l: toggle }), [of.id]);
  return (
    <section class="sec hints">
      <button type="button" class="plain hints-line" data-action="hints" aria-expanded={isOpen} aria-keyshortcuts="l" onClick={toggle}>
        <span>{text.title}</span> <KeyCap of="L" />
      </button>
      {isOpen && <Later load={loadHints} props={{ of }} waiting={t().common.loading} />}
    </section>
  );
}
