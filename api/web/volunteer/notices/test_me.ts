// "Test me": one test to one way, and what is really known of it: taken by its service, shown by the device, or failed and why.
import { signal } from "@preact/signals";
import { ask } from "../../shared/api_client";
import { serverNow } from "../../shared/clock";
import { type Channel, list, loadChannels, problem } from "./channels";

export interface TestResult {
  readonly askedMs: number;
  /** `asked`: nothing is known yet. `silent`: nothing was heard in time. */
  readonly outcome: "asked" | "sent" | "shown" | "failed" | "silent";
  readonly afterS: number | null;
  readonly code: string | null;
}

export const results = signal<Readonly<Record<string, TestResult>>>({});

const EVERY_MS = 1_000;
const WITHIN_MS = 30_000;

/** What the state of a channel says of a test that was asked for at `askedMs`, by the server's clock. */
export function resultOf(channel: Channel, askedMs: number, nowMs: number): TestResult {
  const since = (at: string | null): number | null => (at !== null && Date.parse(at) >= askedMs ? (Date.parse(at) - askedMs) / 1000 : null);
  const [shown, sent] = [since(channel.last_heard), since(channel.last_ok)];
  if (shown !== null) return { askedMs, outcome: "shown", afterS: shown, code: null };
  if (channel.state === "failing" || channel.state === "gone") return { askedMs, outcome: "failed", afterS: null, code: channel.code };
  if (sent !== null) return { askedMs, outcome: "sent", afterS: sent, code: null };
  return { askedMs, outcome: nowMs - askedMs > WITHIN_MS ? "silent" : "asked", afterS: null, code: null };
}

export async function testMe(id: string, channel: string): Promise<void> {
  // A second back: the clock of the server is known to half a second.
  const askedMs = serverNow() - 1_000;
  note(channel, { askedMs, outcome: "asked", afterS: null, code: null });
  const answer = await ask("post", "/v1/volunteers/{volunteer_id}/test-notice", { path: { volunteer_id: id }, body: { channel } });
  problem.value = answer.ok ? null : answer.problem;
  if (!answer.ok) return note(channel, null);
  for (let result: TestResult | null = null; !isFinal(result); ) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    await loadChannels(id);
    const state = list.value?.items.find((one) => one.id === channel);
    if (state === undefined) return note(channel, null);
    result = resultOf(state, askedMs, serverNow());
    // Services that cannot tell whether a message arrived have said all they can.
    if (result.outcome === "sent" && (state.kind !== "webpush" || serverNow() - askedMs > WITHIN_MS)) return note(channel, result);
    note(channel, result);
  }
}

function isFinal(result: TestResult | null): boolean {
  return result !== null && result.outcome !== "asked" && result.outcome !== "sent";
}

function note(channel: string, result: TestResult | null): void {
  const { [channel]: _, ...others } = results.value;
  results.value = result === null ? others : { ...others, [channel]: result };
}
