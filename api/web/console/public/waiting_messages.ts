// What the public has sent and waits, as the stream tells of it: without texts. And the one that somebody makes an incident of.
import { computed, signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { openReport } from "../queue/queue";
import { openView } from "../views/route";
import { place, status } from "../state";

export type ShownConversation = components["schemas"]["ConversationShown"];
type TellsOfThem = components["schemas"]["ConversationsEvent"];

/** null until the stream has told of them. */
export const told = signal<TellsOfThem | null>(null);

export function takeConversations(event: TellsOfThem): void {
  told.value = event;
}

/** Shown where the public may report, and as long as something waits. */
export const isShown = computed(() => told.value !== null && (told.value.is_on || told.value.waiting > 0));

/** Waited too long, by the alarm that all desks share. */
export const isUnread = computed(() => (status.value?.alarms ?? []).some((one) => one.name === "message_unread"));

export function openMessages(): void {
  openView(null);
  place.value = "messages";
}

/** Taken to be reported, and the form has not taken it up yet. */
export const toReport = signal<ShownConversation | null>(null);

export function report(of: ShownConversation): void {
  toReport.value = of;
  openReport();
}
