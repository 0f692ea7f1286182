// A screen that is loaded after the first: the first load of the page holds only what a request needs.
import { type ComponentType, type VNode, h } from "preact";
import { useEffect } from "preact/hooks";
import { signal, useSignal } from "@preact/signals";
import { t } from "../text";
import { CallButton } from "./call_button";

const AGAIN_MS = 2_000;
const waiting: (() => Promise<void>)[] = [];

/** `meanwhile`: what stands there until it has come; without it, that it is loading, and that it cannot be loaded now. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, meanwhile: (() => VNode | null) | null = null): ComponentType<P> {
  const loaded = signal<ComponentType<P> | null>(null);
  const fetch = async (): Promise<void> => {
    loaded.value ??= await load();
  };
  waiting.push(fetch);
  return function Later(given: P) {
    const isMissing = useSignal(false);
    useEffect(() => {
      // The network may be away at this moment: the screen comes when it is back.
      const attempt = (): void => {
        if (isMissing.value) repeatStyles();
        void fetch().catch(() => (isMissing.value = true));
      };
      attempt();
      const timer = setInterval(attempt, AGAIN_MS);
      return () => clearInterval(timer);
    }, []);
    if (loaded.value !== null) return h(loaded.value, given);
    if (meanwhile !== null) return meanwhile();
    return isMissing.value ? <Missing /> : <p class="calm" role="status">{t().common.loading}</p>;
  };
}

/** A style sheet that failed stays without rules, and the loader of the build asks for each once only. */
function repeatStyles(): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")) {
    if (link.sheet === null) link.replaceWith(link.cloneNode());
  }
}

/** No screen hangs: the page says that a part is missing, how to reach somebody by voice, and how to begin anew. */
function Missing() {
  // A page that stayed open over several builds finds its parts no more. Asked first, because a page without a network must not go.
  const again = (): void => void fetch(location.pathname).then(({ ok }) => ok && location.reload(), () => undefined);
  return (
    <section class="calm" role="alert" data-missing>
      <p class="lead">{t().own.missing}</p>
      <div class="pair">
        <button type="button" class="button" onClick={again}>{t().common.actions.retry}</button>
        <CallButton />
      </div>
    </section>
  );
}

/** Loads the screens that will be wanted, one after the other, once the first is shown. */
export async function loadLater(): Promise<void> {
  for (const fetch of waiting) await fetch().catch(() => undefined);
}
