// @vitest-environment node
import { afterEach, expect, test } from "vitest";
import { formats, setTimeZone } from "../../shared/formats";
import { LANGUAGES } from "../../shared/language";

afterEach(() => setTimeZone("Asia/Almaty"));

test("times are those of the deployment, not of the device", () => {
  const at = "2026-11-22T09:05:07Z";

  expect(LANGUAGES.map((one) => formats(one).time(at))).toEqual(["14:05", "14:05", "14:05"]);
  expect(formats("en").exactTime(at)).toBe("14:05:07");
  setTimeZone("Europe/Berlin");
  expect(formats("en").time(at)).toBe("10:05");
});

test("midnight is 00:00", () => {
  expect(LANGUAGES.map((one) => formats(one).time("2026-11-22T19:00:00Z"))).toEqual(["00:00", "00:00", "00:00"]);
});

test("days follow the language", () => {
  expect(LANGUAGES.map((one) => formats(one).dayTime("2026-11-22T09:05:00Z"))).toEqual([
    "22\u00a0қар.\u00a014:05",
    "22\u00a0нояб.\u00a014:05",
    "Nov\u00a022\u00a014:05",
  ]);
});

test("a number never breaks from its unit", () => {
  for (const language of LANGUAGES) {
    const f = formats(language);
    for (const text of [f.distance(850), f.distance(1800), f.duration(45), f.duration(7500), f.percent(0.4), f.number(12345)]) {
      expect(text).not.toMatch(/ /);
    }
  }
});

test("distances are metres, then kilometres", () => {
  const f = formats("kk");

  expect([4, 847, 1800, 23_400].map(f.distance)).toEqual(["0\u00a0м", "850\u00a0м", "1,8\u00a0км", "23\u00a0км"]);
});

test("durations have at most two units", () => {
  const f = formats("en");

  expect([0, 59, 61, 3600, 7500, 200_000].map(f.duration)).toEqual([
    "0\u00a0sec",
    "59\u00a0sec",
    "1\u00a0min",
    "1\u00a0hr",
    "2\u00a0hr\u00a05\u00a0min",
    "2\u00a0days",
  ]);
});

test("countdowns have two digits for seconds and never fall below zero", () => {
  expect([0.2, 45, 125, 3725, -3].map(formats("kk").clockwork)).toEqual(["0:01", "0:45", "2:05", "1:02:05", "0:00"]);
});

test("Kazakh needs no data of the browser, and agrees with CLDR where there are some", () => {
  const f = formats("kk");
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 15, 12)));
  const cldr = new Intl.DateTimeFormat("kk", { day: "numeric", month: "short", timeZone: "UTC" });

  expect(months.map(f.day)).toEqual(months.map((one) => cldr.format(one).replace(" ", "\u00a0")));
  expect(f.number(12345.5, 1)).toBe("12\u00a0345,5");
  expect([f.percent(0.4), f.duration(7500)]).toEqual(["40%", "2\u00a0сағ\u00a05\u00a0мин"]);
  expect([f.list(["а"]), f.list(["а", "ә"]), f.list(["а", "ә", "б"])]).toEqual(["а", "а және ә", "а, ә және б"]);
});
