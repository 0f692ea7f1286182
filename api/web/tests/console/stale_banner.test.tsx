import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Banners } from "../../console/shell/banners";
import { answeredAtMs, stream } from "../../console/state";
import { LOADERS, t } from "../../console/text";
import { forgetAnnouncements, polite } from "../../shared/announcer";
import type { LiveStream, StreamState } from "../../shared/stream";
import { startTexts } from "../../shared/text";

const SILENT_MS = 14_000;
let root: HTMLElement;

beforeEach(async () => {
  await startTexts(LOADERS);
  vi.useFakeTimers();
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  [stream.value, answeredAtMs.value] = [null, null];
  forgetAnnouncements();
  vi.useRealTimers();
});

function shown(livedAgoMs: number | null, answeredAgoMs: number | null): string {
  const ago = (ms: number | null): number | null => (ms === null ? null : Date.now() - ms);
  const state = signal<StreamState>({ isStale: true, livedAtMs: ago(livedAgoMs), nextTryAtMs: null, isLeader: true });
  stream.value = { state, tryNow: () => undefined } as unknown as LiveStream;
  answeredAtMs.value = ago(answeredAgoMs);
  render(null, root);
  act(() => render(<Banners />, root));
  return root.querySelector(".banner.stale .says")?.textContent ?? "";
}

/** What a text says after its time. */
const claim = (text: (time: string) => string): string => text("").replace(/^\S+ (\S+ )?\. /, "").trim();

test("orders are said to work only where the server answered after the stream fell silent", () => {
  const { works, unreached } = t().own.desk.stale;

  expect(shown(SILENT_MS, 1_000)).toContain(claim(works));
  // Before the silence, in the seconds around its beginning, long ago, never: nobody knows that an order arrives.
  for (const answered of [SILENT_MS + 1_000, SILENT_MS - 2_000, 12_000, null]) {
    expect(shown(SILENT_MS, answered)).toContain(claim(unreached));
  }
});

test("a page that is just being opened is not said to be without a connection", async () => {
  shown(null, null);

  await vi.advanceTimersByTimeAsync(9_000);
  expect(polite.value).toBe("");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(polite.value).toBe(t().own.desk.stale.never);
});
