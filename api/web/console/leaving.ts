// Signing out at a shared desk: what was typed and not sent goes with the person, and so does everything that was shown. A session that
// only ends keeps both.
import { signal } from "@preact/signals";
import type { Problem } from "../shared/problem";
import { signOut } from "../shared/session";
import { eraseDrafts } from "./drafts";
import { eraseReportDrafts } from "./report/draft";

/** Why somebody who wanted to sign out is still signed in. */
export const leaveProblem = signal<Problem | null>(null);
const channel = new BroadcastChannel("komek-left");

export async function leave(): Promise<void> {
  leaveProblem.value = await signOut();
  if (leaveProblem.value !== null) return;
  channel.postMessage(null);
  beginAnew();
}

/** The other windows of this browser show the same desk to whoever comes next. */
export function leaveWithOthers(): void {
  channel.onmessage = beginAnew;
}

/** Loaded again, the page holds nothing of callers and people, in no part of its memory. */
function beginAnew(): void {
  eraseDrafts();
  eraseReportDrafts();
  location.replace(location.pathname);
}
