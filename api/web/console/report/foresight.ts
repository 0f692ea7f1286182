// What the server would find for the report as it stands: similar incidents, and who would be asked. Looked up while somebody types.
import { type Signal, signal } from "@preact/signals";
import type { components } from "../../shared/api";
import { ask } from "../../shared/api_client";
import type { Draft } from "./draft";
import { type Report, faultsOf, reportOf } from "./sending";

type Preview = components["schemas"]["ReportPreviewShown"];
export type SimilarReport = components["schemas"]["SimilarShown"];
export type ForeseenNeed = components["schemas"]["NeedForeseen"];

/** `none`: type or place is missing. `unknown`: nobody answered, or Redis is away; the report can be sent all the same. */
export type Foreseen =
  | { readonly kind: "none" }
  | { readonly kind: "looking" }
  | { readonly kind: "known"; readonly preview: Preview }
  | { readonly kind: "unknown" };

const PAUSE_MS = 250;
const AGAIN_MS = 5_000;

/** The part of a draft that the answer depends on; null while type or place is missing. The caller is never sent ahead. */
export function previewable(draft: Draft): Report | null {
  const { type, place } = faultsOf(draft);
  return type === undefined && place === undefined ? reportOf({ ...draft, address: "", callerName: "", callerPhone: "" }) : null;
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
    for (let pauseMs = PAUSE_MS; ; pauseMs = AGAIN_MS) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (ends.aborted) return;
      const preview = await this.read(report, ends);
      if (ends.aborted) return;
      this.state.value = preview === null ? { kind: "unknown" } : { kind: "known", preview };
      if (preview !== null) return;
    }
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
