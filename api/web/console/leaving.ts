// Signing out at a shared desk: what was typed and not sent goes with the person. A session that only ends keeps it.
import { signOut } from "../shared/session";
import { eraseDrafts } from "./drafts";
import { eraseReportDrafts } from "./report/draft";
import { place } from "./state";

export async function leave(): Promise<void> {
  if ((await signOut()) !== null) return;
  place.value = "detail";
  eraseDrafts();
  eraseReportDrafts();
}
