// Open incidents that the report may repeat: by the rules of the server, and by what software read in the words.
import type { Joined } from "./draft";
import type { SimilarReport } from "./foresight";
import type { ReportRead } from "./reading";
import { rows } from "../state";

/** `isRead`: software read it in the words. */
export type LikelySame = Joined & Partial<SimilarReport> & { readonly isRead?: boolean };

/** The rules first: they know place and time. What ended meanwhile is not offered. */
export function withRead(byRules: readonly SimilarReport[], read: ReportRead | null): LikelySame[] {
  const found = (read?.similar ?? []).flatMap((one): LikelySame[] => {
    const { incident_id: id, reasons } = one as { readonly incident_id?: unknown; readonly reasons?: unknown };
    const row = typeof id === "string" ? rows.peek().get(id) : undefined;
    if (row === undefined || byRules.some((other) => other.id === row.id)) return [];
    const why = Array.isArray(reasons) ? reasons.filter((reason): reason is string => typeof reason === "string") : [];
    return [{ id: row.id, type: row.type, why: why as NonNullable<SimilarReport["why"]>, isRead: true }];
  });
  return [...byRules, ...found];
}
