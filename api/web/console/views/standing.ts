// How right hints have been, as people judged them, for each kind of work and language; only where the server tells it.
import type { components } from "../../shared/api";

type ModeShown = components["schemas"]["ModeShown"];

export interface Figures {
  readonly task: ModeShown["task"];
  readonly language: ModeShown["language"];
  readonly judged: number;
  readonly right: number;
  /** Lower bound of the share that is right; null while too few were judged. */
  readonly bound: number | null;
  readonly floor: number | null;
  /** Below its floor, or nobody can tell yet: the page says so beside the figure. */
  readonly isPoor: boolean;
}

/** Null: nothing was judged, or the server does not count. */
export function figuresOf(one: ModeShown): Figures | null {
  const told = one as ModeShown & { readonly judged?: unknown; readonly right?: unknown; readonly lower_bound?: unknown; readonly floor?: unknown };
  if (typeof told.judged !== "number" || told.judged === 0) return null;
  const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
  const [bound, floor] = [number(told.lower_bound), number(told.floor)];
  return { task: one.task, language: one.language, judged: told.judged, right: number(told.right) ?? 0, bound, floor, isPoor: bound !== null && floor !== null && bound < floor };
}
