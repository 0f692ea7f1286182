import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Offer } from "../../volunteer/jobs";
import { FakeAudio } from "../support/audio";

const AT = Date.parse("2026-11-27T08:00:00Z");
const offer = (part: Partial<Offer> = {}): Offer =>
  ({
    id: "o-1",
    state: "offered",
    capability: "field",
    skill: "first_aid",
    task: null,
    expires_at: new Date(AT + 600_000).toISOString(),
    changed_at: new Date(AT).toISOString(),
    check_in: null,
    to_confirm: null,
    distress: null,
    incident: { type: "medical.other", priority: "high", exercise: false },
    ...part,
  }) as unknown as Offer;

/** Fresh modules: the sound of a page is opened once. */
async function page() {
  const [ringing, state, clock, start] = await Promise.all([
    import("../../volunteer/ringing"),
    import("../../volunteer/state"),
    import("../../shared/clock"),
    import("../../volunteer/notices/start"),
  ]);
  clock.now.value = AT;
  return { ...ringing, ...state, ...start };
}

const shaken: unknown[] = [];
let stop: () => void = () => undefined;
beforeEach(() => {
  vi.useFakeTimers({ now: AT });
  vi.resetModules();
  localStorage.clear();
  shaken.length = 0;
  [FakeAudio.refuses, FakeAudio.played, FakeAudio.last] = [false, 0, null];
  vi.stubGlobal("AudioContext", FakeAudio);
  vi.stubGlobal("navigator", { ...navigator, language: "en", languages: ["en"], locks: undefined, userActivation: { hasBeenActive: true }, vibrate: (of: unknown) => shaken.push(of) });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const touch = async (): Promise<void> => {
  window.dispatchEvent(new Event("pointerup"));
  await vi.advanceTimersByTimeAsync(0);
};

test("the sound is armed by any touch of the page, and what the browser says of it counts", async () => {
  const { startRinging, sound } = await page();
  stop = startRinging();
  expect(sound.value).toBe("waiting");

  FakeAudio.refuses = true;
  await touch();
  expect(sound.value).toBe("waiting");
  FakeAudio.refuses = false;
  await touch();
  expect(sound.value).toBe("on");

  FakeAudio.last?.turn("suspended");
  expect(sound.value).toBe("waiting");
});

test("a request rings and shakes again and again until somebody touches the page", async () => {
  const { startRinging, offers } = await page();
  stop = startRinging();
  await touch();

  offers.value = [offer()];
  expect([FakeAudio.played, shaken.length]).toEqual([6, 1]);
  vi.advanceTimersByTime(16_000);
  expect([FakeAudio.played, shaken.length]).toEqual([18, 3]);
  // The list is read again and again: the same request is no new call.
  offers.value = [offer()];
  expect(shaken.length).toBe(3);

  await touch();
  vi.advanceTimersByTime(60_000);
  expect([FakeAudio.played, shaken.length]).toEqual([18, 3]);
});

test("an answer, an end and a question about safety each end or change what rings", async () => {
  const { startRinging, offers } = await page();
  stop = startRinging();
  await touch();
  offers.value = [offer()];

  offers.value = [offer({ state: "accepted" })];
  vi.advanceTimersByTime(60_000);
  expect(FakeAudio.played).toBe(6);

  offers.value = [offer({ state: "on_scene", check_in: { state: "asked" } as Offer["check_in"] })];
  expect(FakeAudio.played).toBe(8);
  // Overdue is the same question.
  offers.value = [offer({ state: "on_scene", check_in: { state: "warned" } as Offer["check_in"] })];
  expect(FakeAudio.played).toBe(8);
});

test("the touch that arms the sound does not start again what it hushes", async () => {
  const { startRinging, offers, sound } = await page();
  stop = startRinging();
  offers.value = [offer()];
  expect([FakeAudio.played, shaken.length]).toEqual([0, 1]);

  await touch();
  vi.advanceTimersByTime(60_000);

  expect(sound.value).toBe("on");
  expect([FakeAudio.played, shaken.length]).toEqual([0, 1]);
});

test("a hazard zone and a request each ring, also one that comes while the other stands", async () => {
  const { startRinging, offers } = await page();
  const { grounds } = await import("../../volunteer/grounds/warnings");
  stop = startRinging();
  await touch();
  grounds.value = [{ incident_id: "i-1", type: "flood", state: "active", isUnderstood: false }];
  expect(FakeAudio.played).toBe(2);

  offers.value = [offer()];
  expect(FakeAudio.played).toBe(8);
  offers.value = [];
  grounds.value = [{ incident_id: "i-1", type: "flood", state: "active", isUnderstood: true }];
  await touch();
  FakeAudio.played = 0;
  vi.advanceTimersByTime(60_000);
  expect(FakeAudio.played).toBe(0);
});

test("a call is said once, and a drill says that it is one unless it asks whether somebody is safe", async () => {
  const { offers } = await page();
  const [{ announce }, { assertive }, text, { LOADERS }] = await Promise.all([
    import("../../volunteer/announcements"),
    import("../../shared/announcer"),
    import("../../shared/text"),
    import("../../volunteer/text"),
  ]);
  await text.startTexts(LOADERS);
  await text.choose("en");
  stop = announce();
  const incident = { type: "medical.other", priority: "high", exercise: true } as Offer["incident"];
  offers.value = [offer({ incident })];
  const said = assertive.value;
  expect(said).toMatch(/^EXERCISE\. Needed/);

  offers.value = [offer({ incident })];
  await text.choose("ru");
  expect(assertive.value).toBe(said);
  offers.value = [offer({ incident, state: "on_scene", check_in: { state: "asked" } as Offer["check_in"] })];
  expect(assertive.value).toBe("Вы в безопасности?");
});

test("who has switched the sound off is shaken only, also after a reload", async () => {
  const { startRinging, chooseSound, offers, sound } = await page();
  stop = startRinging();
  await touch();
  chooseSound(false);
  expect(sound.value).toBe("off");
  await touch();
  offers.value = [offer()];
  expect([FakeAudio.played, shaken.length]).toEqual([0, 1]);
  stop();

  vi.resetModules();
  const again = await page();
  stop = again.startRinging();
  await touch();
  expect(again.sound.value).toBe("off");
  again.chooseSound(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(again.sound.value).toBe("on");
});

test("without a sound of the browser the page says so and shakes the phone", async () => {
  vi.stubGlobal("AudioContext", undefined);
  const { startRinging, offers, sound } = await page();
  stop = startRinging();
  await touch();

  offers.value = [offer()];

  expect([sound.value, shaken.length]).toEqual(["none", 1]);
});

test("a request on a page that merely lies open is not seen until somebody is there", async () => {
  const told: string[] = [];
  vi.stubGlobal("BroadcastChannel", class {
    close(): void {}
  });
  vi.stubGlobal("fetch", (url: string) => {
    told.push(String(url));
    return Promise.resolve(new Response("{}", { status: 404 }));
  });
  const seen = (): number => told.filter((url) => url.endsWith("/seen")).length;
  const { startNotices, offers } = await page();
  stop = startNotices("v-1");
  vi.advanceTimersByTime(31_000);

  offers.value = [offer()];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen()).toBe(0);

  window.dispatchEvent(new Event("pointerdown"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen()).toBe(1);
  offers.value = [offer(), offer({ id: "o-2", expires_at: new Date(AT + 500_000).toISOString() })];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen()).toBe(2);
});
