// Small parts of the console: signs of states, keys, a component that is loaded when it is needed.
import { type ComponentType, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useEarlyWords } from "./early_words";

export function Bang() {
  return (
    <svg class="sign" viewBox="0 0 12 12" aria-hidden="true">
      <rect class="bang" width="12" height="12" />
      <path class="bang-ink" d="M5 2h2v5H5zM5 8.3h2v1.9H5z" />
    </svg>
  );
}

export type SignOf = "trouble" | "on_scene" | "en_route" | "accepted" | "offered" | "ended";

/** Square on scene, arrow on the way, dot accepted, ring asked, exclamation mark trouble. */
export function StateSign({ of }: { of: SignOf }) {
  if (of === "trouble") return <Bang />;
  return (
    <svg class="sign" viewBox="0 0 12 12" aria-hidden="true">
      {of === "on_scene" && <rect class="solid" x="1" y="1" width="10" height="10" />}
      {of === "en_route" && <path class="solid" d="M6 0 11 11.5 6 9 1 11.5Z" transform="rotate(90 6 6)" />}
      {of === "accepted" && <circle class="solid" cx="6" cy="6" r="4" />}
      {of === "offered" && <circle class="hollow" cx="6" cy="6" r="4.6" />}
      {of === "ended" && <path class="hollow" d="M2 6h8" />}
    </svg>
  );
}

interface LaterOf<Props> {
  readonly load: () => Promise<ComponentType<Props>>;
  readonly props: Props;
  readonly waiting: string;
  /** What is typed before it is there belongs into its first field: somebody writes down what they hear. */
  readonly isTypedInto?: boolean;
}

/** A component that is loaded when it is first shown. `waiting` takes its place until then, `failed` if it cannot be loaded. */
export function Later<Props extends object>({ load, props, waiting, isTypedInto = false }: LaterOf<Props>) {
  const [loaded, setLoaded] = useState<{ of: ComponentType<Props> } | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    load().then(
      (of) => setLoaded({ of }),
      () => setFailed(true),
    );
  }, []);
  const early = useEarlyWords(isTypedInto && loaded === null, waiting, !failed);
  if (loaded !== null) return h(loaded.of, props);
  return (
    <>
      <p class="wait" role="status">{failed ? `${waiting} ✕` : waiting}</p>
      {early}
    </>
  );
}
