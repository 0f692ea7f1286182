// Periods that a page looks back on.

export const HOURS = [8, 12, 24, 168] as const;
export type Hours = (typeof HOURS)[number];

export interface Period {
  readonly from: string;
  readonly to: string;
}

export function periodOf(endMs: number, hours: Hours): Period {
  return { from: new Date(endMs - hours * 3_600_000).toISOString(), to: new Date(endMs).toISOString() };
}
