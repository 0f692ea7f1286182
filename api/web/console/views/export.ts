// Files that an operator takes away: JSON as the API gave it, and a table. Pure but for `download`.
import type { components } from "../../shared/api";

export type Report = components["schemas"]["AfterAction"];
const COLUMNS = ["offer_id", "volunteer_id", "label", "skill", "source", "state", "reason", "offered_at", "accepted_at", "en_route_at", "on_scene_at", "done_at"] as const;

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: string | null): string {
  const text = value ?? "";
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** One line for each request that was sent; RFC 4180. */
export function csvOf(report: Report): string {
  const lines = report.asked.map((one) => COLUMNS.map((name) => cell(one[name])).join(","));
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

export function download(name: string, type: string, text: string): void {
  // The mark at the start tells spreadsheets that it is UTF-8.
  const url = URL.createObjectURL(new Blob([type === "text/csv" ? "\uFEFF" : "", text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
