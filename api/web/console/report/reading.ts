// What software reads out of the caller's words while somebody types. Typing and saving never wait for it, and the form works the
// same when it is off, busy or away.
import { type Signal, signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import { HINTS } from "../../shared/assistant/texts";
import { lookedAt } from "../map/picking";

export type ReportRead = components["schemas"]["ReportRead"];
/** `off`: switched off, or none is running. */
export type Away = "off" | "busy" | "away";
/** `known`: of `text`, which may be older than what is typed. */
export type ReadState =
  | { readonly kind: "none" }
  | { readonly kind: "reading" }
  | { readonly kind: "known"; readonly text: string; readonly read: ReportRead }
  | { readonly kind: "away"; readonly why: Away };

const PAUSE_MS = 350;
const AGAIN_MS: Readonly<Record<Away, number>> = { off: 5_000, busy: 1_500, away: 5_000 };
/** A shorter text says nothing that is worth a suggestion. */
const SHORTEST = 6;
/** As many as the server takes. */
const LONGEST = 10_000;

export const isReadable = (text: string): boolean => text.trim().length >= SHORTEST && [...text].length <= LONGEST;

/** At most one request at a time; a newer text cancels the older question, whose answer is dropped. */
export class ReportReading {
  readonly state: Signal<ReadState> = signal({ kind: "none" });
  private running: AbortController | null = null;
  private text = "";

  constructor(private readonly read: typeof readReport = readReport) {}

  look(text: string): void {
    if (text === this.text) return;
    this.running?.abort();
    this.text = text;
    if (!isReadable(text)) return void (this.state.value = { kind: "none" });
    // What was read of the words before stays: most of them are still there.
    if (this.state.value.kind === "none") this.state.value = { kind: "reading" };
    void this.find(text, (this.running = new AbortController()).signal);
  }

  /** Takes away what is shown at once, and asks anew: it may have been switched off. */
  again(): void {
    const { text } = this;
    this.close();
    this.look(text);
  }

  close(): void {
    this.running?.abort();
    this.text = "";
    this.state.value = { kind: "none" };
  }

  private async find(text: string, ends: AbortSignal): Promise<void> {
    for (let pauseMs = PAUSE_MS; ; ) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (ends.aborted) return;
      const found = await this.read(text, ends);
      if (ends.aborted) return;
      if (typeof found !== "string") return void (this.state.value = { kind: "known", text, read: found });
      this.state.value = { kind: "away", why: found };
      pauseMs = AGAIN_MS[found];
    }
  }
}

async function readReport(text: string, signal: AbortSignal): Promise<ReportRead | Away> {
  const at = lookedAt();
  const near = at === null ? {} : { near: { type: "Point" as const, coordinates: [at.lon, at.lat] } };
  const [answer] = await Promise.all([
    ask("post", "/v1/assistant/report", { body: { text, ...near } as never, signal, repeats: 0 }),
    // Without its words nothing can be shown; the next question loads them again.
    HINTS.load().catch(() => undefined),
  ]);
  if (answer.ok) return answer.data;
  const { code } = answer.problem;
  return code === "assistant_off" ? "off" : code === "assistant_busy" ? "busy" : "away";
}
