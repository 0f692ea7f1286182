// One connection to the event stream: reads it until it ends. Not EventSource, which hides comments, status codes and silence.
import { type EventSourceMessage, createParser } from "eventsource-parser";
import { boundHeader } from "./api_client";
import { noteServerDate } from "./clock";

export interface StreamHandlers {
  onEvent(event: EventSourceMessage): void;
  /** Any bytes, also a comment: the connection lives. */
  onLife(): void;
}
export type Ended =
  | { readonly why: "closed" | "failed" | "refused"; readonly status: number }
  /** Milliseconds that the server asked to wait. */
  | { readonly why: "asked"; readonly status: number; readonly waitMs: number };

/** Reads until the stream ends or `signal` is aborted. Never throws. */
export async function readStream(
  url: string,
  lastEventId: string | null,
  handlers: StreamHandlers,
  signal: AbortSignal,
): Promise<Ended> {
  const sentMs = Date.now();
  let status = 0;
  try {
    const headers: Record<string, string> = { ...boundHeader(), Accept: "text/event-stream" };
    if (lastEventId !== null) headers["Last-Event-ID"] = lastEventId;
    const answer = await fetch(url, { headers, credentials: "same-origin", cache: "no-store", signal });
    status = answer.status;
    noteServerDate(answer.headers.get("Date"), sentMs, Date.now());
    const waitMs = Number(answer.headers.get("Retry-After") ?? NaN) * 1000;
    if (!answer.ok || answer.body === null) {
      return Number.isFinite(waitMs) ? { why: "asked", status, waitMs } : { why: "refused", status };
    }
    const parser = createParser({ onEvent: (event) => handlers.onEvent(event) });
    const reader = answer.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { why: "closed", status };
      handlers.onLife();
      parser.feed(value);
    }
  } catch {
    return { why: "failed", status };
  }
}
