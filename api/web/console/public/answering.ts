// Who chooses a reply to a message from the public. A courtesy and never a lock: nothing waits for it, and its failures are not shown.
import { useEffect } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { told } from "./waiting_messages";

/** The server forgets after 15 s. */
const SAY_EVERY_MS = 5_000;

/** Says so to the other desks as long as a reply to this message is being chosen here; null: to none. */
export function useAnswering(id: string | null): void {
  useEffect(() => {
    if (id === null) return;
    const say = (doing: "editing" | "reading") => void ask("put", "/v1/conversations/{conversation_id}/presence", { path: { conversation_id: id }, body: { doing } });
    say("editing");
    const timer = setInterval(() => document.visibilityState === "visible" && say("editing"), SAY_EVERY_MS);
    return () => {
      clearInterval(timer);
      say("reading");
    };
  }, [id]);
}

/** The other operators who choose a reply to it. */
export function answering(id: string): readonly string[] {
  return (told.value?.here ?? []).filter((one) => one.conversation_id === id && one.doing === "editing").map((one) => one.label);
}
