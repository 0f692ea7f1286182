// What the server would find for the report as it stands: similar incidents, and who would be asked. Looked up while somebody types.
import { type Signal, signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import { serverNow } from "../../shared/clock";
import type { Draft } from "./draft";
import { type Report, faultsOf, reportOf } from "./sending";

type Preview = components["schemas"]["ReportPreviewShown"];
export type SimilarReport = components["schemas"]["SimilarShown"];
export type ForeseenNeed = components["schemas"]["NeedForeseen"];

/** `known`: as of `atMs`. `none`: type or place is missing. `unknown`: nobody answered, or Redis is away; the report can be sent all the same. */
export type Foreseen =
  | { readonly kind: "none" }
  | { readonly kind: "looking" }
  | { readonly kind: "known"; readonly preview: Preview; readonly atMs: number }
  | { readonly kind: "unknown" };

const PAUSE_MS = 250;
const AGAIN_MS = 5_000;
/** People are engaged and go off duty while somebody listens to a caller. */
const RENEW_MS = 20_000;
/** Figures of this age are those of a look that could not be repeated. */
export const AGED_MS = 25_000;

/** The part of a draft that the answer depends on; null while type or place is missing. The caller is never sent
 * ahead, and the choice of another incident changes nothing of what the report itself would need. */
export function previewable(draft: Draft): Report | null {
  const { type, place } = faultsOf(draft);
  return type === undefined && place === undefined ? reportOf({ ...draft, address: "", callerName: "", callerPhone: "", joins: null }) : null;
}

/** At most one request at a time; a newer one cancels the older, whose answer is dropped. */
export class Foresight {
  readonly state: Signal<Foreseen> = signal({ kind: "none" });
  private running: AbortController | null = null;
  private asked = "";

  constructor(private readonly read: typeof readPreview = readPreview) {}

  look(draft: Draft): void {
    const report = previewable(draft);
    const wanted = JSON.stringify(report);
    if (wanted === this.asked) return;
    const isOther = subjectOf(wanted) !== subjectOf(this.asked);
    this.close();
    this.asked = wanted;
    if (report === null) this.state.value = { kind: "none" };
    // Figures of another place or type must not be read as those of this one; new words change little.
    else if (isOther || this.state.value.kind !== "known") this.state.value = { kind: "looking" };
    if (report !== null) void this.find(report, (this.running = new AbortController()).signal);
  }

  close(): void {
    this.running?.abort();
    this.asked = "";
  }

  private async find(report: Report, ends: AbortSignal): Promise<void> {
    let isFound = false;
    for (let pauseMs = PAUSE_MS; ; ) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await seen(ends);
      if (ends.aborted) return;
      const preview = await this.read(report, ends);
      if (ends.aborted) return;
      if (preview !== null) this.state.value = { kind: "known", preview, atMs: serverNow() };
      // Once there were figures of this report, older ones with their age say more than none.
      else if (!isFound) this.state.value = { kind: "unknown" };
      isFound ||= preview !== null;
      pauseMs = preview === null ? AGAIN_MS : RENEW_MS;
    }
  }
}

/** Nobody reads the figures of a page that is not seen. */
async function seen(ends: AbortSignal): Promise<void> {
  while (document.visibilityState !== "visible" && !ends.aborted) {
    await new Promise<void>((resolve) => {
      const go = (): void => resolve();
      document.addEventListener("visibilitychange", go, { once: true, signal: ends });
      ends.addEventListener("abort", go, { once: true });
    });
  }
}

function subjectOf(wanted: string): string {
  const { type, location, priority } = (JSON.parse(wanted === "" ? "null" : wanted) ?? {}) as Partial<Report>;
  return JSON.stringify([type, location, priority]);
}

async function readPreview(body: Report, signal: AbortSignal): Promise<Preview | null> {
  const answer = await ask("post", "/v1/incidents/preview", { body, signal, repeats: 0 });
  return answer.ok ? answer.data : null;
}
