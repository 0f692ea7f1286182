// A screen that is loaded after the first: the first load of the page holds only what a request needs.
import { type ComponentType, type VNode, h } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { t } from "../text";

const AGAIN_MS = 2_000;
const waiting: (() => Promise<void>)[] = [];

/** `meanwhile`: what stands there until it has come. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, meanwhile: () => VNode | null = Loading): ComponentType<P> {
  const loaded = signal<ComponentType<P> | null>(null);
  const fetch = async (): Promise<void> => {
    loaded.value ??= await load();
  };
  waiting.push(fetch);
  return function Later(given: P) {
    useEffect(() => {
      // The network may be away at this moment: the screen comes when it is back.
      const attempt = (): void => void fetch().catch(() => undefined);
      attempt();
      const timer = setInterval(attempt, AGAIN_MS);
      return () => clearInterval(timer);
    }, []);
    if (loaded.value !== null) return h(loaded.value, given);
    return meanwhile();
  };
}

function Loading(): VNode {
  return <p class="calm" role="status">{t().common.loading}</p>;
}

/** Loads the screens that will be wanted, one after the other, once the first is shown. */
export async function loadLater(): Promise<void> {
  for (const fetch of waiting) await fetch().catch(() => undefined);
}
