// Work of the assistant was switched on or off, or may have been while the stream was silent: whoever shows hints reads them again.
import { signal } from "@preact/signals";

export const assistantChanges = signal(0);

export function noteAssistantChange(): void {
  assistantChanges.value += 1;
}
