// Which window of the browser types. Each has a draft of its own; one that is gone leaves its draft to the next.
import { freshKey } from "../../shared/api_client";

const KEPT_AS = "komek-window";
const LOCK = "komek-window:";

/** Survives a reload. A copied window starts with the id of its original, until `claimWindow` has seen that it is taken. */
let own = keptId() ?? freshKey();
let claimed: Promise<void> | null = null;

export const windowId = (): string => own;

/** Before the first draft is read. Where the browser has no locks the kept id is trusted. */
export function claimWindow(): Promise<void> {
  return (claimed ??= claim());
}

async function claim(): Promise<void> {
  if (!(await holds(own))) {
    own = freshKey();
    await holds(own);
  }
  try {
    sessionStorage.setItem(KEPT_AS, own);
  } catch {
    // Storage is denied: a reload is another window, and takes over what this one leaves.
  }
}

/** Holds the id as long as the page lives; false: another window holds it. */
function holds(id: string): Promise<boolean> {
  if (!("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const forever = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    };
    navigator.locks.request(`${LOCK}${id}`, { ifAvailable: true }, forever).catch(() => resolve(true));
  });
}

/** Runs `take` with the ids of the windows that live, in one window at a time; not at all where the browser cannot tell. */
export async function amongWindows(take: (living: ReadonlySet<string>) => void): Promise<void> {
  if (!("locks" in navigator)) return;
  await navigator.locks.request("komek-drafts", async () => {
    const { held } = await navigator.locks.query();
    take(new Set((held ?? []).flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : []))));
  });
}

function keptId(): string | null {
  try {
    return sessionStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}
