// The notes of a shift for the next one, as the stream tells of them: without texts, the newest first.
import { computed, signal } from "@preact/signals";
import type { components } from "../shared/api";
import { session } from "../shared/session";

export type HandoverHead = components["schemas"]["HandoverHead"];

/** null until the stream has told of them. */
export const handovers = signal<readonly HandoverHead[] | null>(null);

export function takeHandovers(event: components["schemas"]["HandoverEvent"]): void {
  handovers.value = event.items;
}

export function ownId(): string | null {
  return session.value.kind === "signed-in" ? session.value.session.id : null;
}

/** Whether this person should still read the note; whoever wrote it knows it. */
export function isUnread(note: HandoverHead, id: string | null): boolean {
  return id !== null && note.by !== id && note.read_by.every((one) => one.by !== id);
}

export const unread = computed(() => (handovers.value ?? []).filter((note) => isUnread(note, ownId())));
