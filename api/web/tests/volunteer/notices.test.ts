// @vitest-environment node
import { describe, expect, it } from "vitest";
import { type Channel, UNHEARD_MS, stateOf } from "../../volunteer/notices/channels";
import { bytesOf, deviceLabel } from "../../volunteer/notices/device";
import { resultOf } from "../../volunteer/notices/test_me";

const NOW = Date.parse("2026-11-27T08:00:00Z");
const at = (agoMs: number): string => new Date(NOW - agoMs).toISOString();
const device = (part: Partial<Channel> = {}): Channel => ({
  id: "c-1",
  kind: "webpush",
  label: "Chrome",
  order: 0,
  address: null,
  added_at: at(0),
  verified_at: at(0),
  last_ok: null,
  last_heard: null,
  state: "on",
  code: null,
  link: null,
  ...part,
});
const listed = (key: string | null = "key"): Parameters<typeof stateOf>[0] =>
  ({ items: [], kinds: [], ui_language: null, quiet_from: null, quiet_until: null, vapid_public_key: key });

describe("the state of push on this device", () => {
  it.each([
    ["blocked", listed(), device(), "blocked", 0],
    ["not-installed", null, null, "not-installed", 0],
    ["possible", null, null, "unknown", 0],
    ["possible", listed(null), device(), "not-offered", 0],
    ["possible", listed(), null, "off", 0],
    ["possible", listed(), device({ state: "gone" }), "off", 0],
    ["possible", listed(), device({ state: "failing" }), "failing", 0],
    ["possible", listed(), device(), "on", 0],
    ["possible", listed(), device(), "unheard", UNHEARD_MS + 1],
    ["possible", listed(), device({ last_heard: at(-UNHEARD_MS) }), "on", UNHEARD_MS + 1],
  ] as const)("%s, %#: %s", (possible, known, own, state, laterMs) => {
    expect(stateOf(known, own, possible, NOW + laterMs)).toBe(state);
  });
});

describe("a test", () => {
  it("says no more than is known", () => {
    const of = (part: Partial<Channel>, now = NOW): string => resultOf(device(part), NOW - 5_000, now).outcome;

    expect(of({})).toBe("asked");
    expect(of({ last_ok: at(10_000) })).toBe("asked");
    expect(of({ last_ok: at(3_000) })).toBe("sent");
    expect(of({ last_ok: at(3_000), last_heard: at(2_000) })).toBe("shown");
    expect(of({ state: "failing", code: "http_500" })).toBe("failed");
    expect(of({}, NOW + 60_000)).toBe("silent");
    expect(resultOf(device({ last_heard: at(2_000) }), NOW - 5_000, NOW).afterS).toBe(3);
  });
});

describe("a device", () => {
  it("has a name by which a person knows it", () => {
    expect(deviceLabel("Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36")).toBe("Chrome, Android");
    expect(deviceLabel("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1")).toBe("Safari, iOS");
    expect(deviceLabel("")).toBe("Browser");
  });

  it("compares keys by their bytes", () => {
    expect([...bytesOf("-_8")]).toEqual([251, 255]);
  });
});
