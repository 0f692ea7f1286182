// Numbers, distances, durations and times by CLDR, in the time zone of the deployment. A number never breaks from its unit.
import { signal } from "@preact/signals";
import type { Language } from "./language";

const NO_BREAK = "\u00a0";
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** Kazakhstan has one zone since 2024; a deployment may state another. */
const zone = signal("Asia/Almaty");

export function setTimeZone(name: string): void {
  if (name === zone.value) return;
  // A browser may lack a zone that the server knows.
  new Intl.DateTimeFormat("en", { timeZone: name });
  kept.clear();
  zone.value = name;
}

export function timeZone(): string {
  return zone.value;
}

const kept = new Map<string, unknown>();

/** Formatters are expensive to make, and a queue shows hundreds of times a second. */
function once<T>(key: string, make: () => T): T {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key) as T;
}

/**
 * Chromium has no Kazakh data where Kazakh is none of its own languages: a date became `M12 27`. So the data of CLDR 47 that the
 * pages need stand here; numbers are written as in Russian.
 */
const KAZAKH_MONTHS = ["қаң.", "ақп.", "нау.", "сәу.", "мам.", "мау.", "шіл.", "там.", "қыр.", "қаз.", "қар.", "жел."];
const KAZAKH_UNITS: Readonly<Record<Unit, string>> = { meter: "м", kilometer: "км", second: "с", minute: "мин", hour: "сағ", day: "күн" };
type Unit = "meter" | "kilometer" | "second" | "minute" | "hour" | "day";

const joined = (text: string): string => text.replace(/[ \u202f]/g, NO_BREAK);

export interface Formats {
  number(value: number, digits?: number): string;
  percent(share: number): string;
  /** 850 m below a kilometre, then kilometres with one digit below ten. */
  distance(metres: number): string;
  /** `45 s`, `12 min`, `2 h 5 min`, `3 d`. */
  duration(seconds: number): string;
  /** As `duration`, and never in days: `30 h`. */
  hours(seconds: number): string;
  /** A countdown or an age with a fixed width: `0:45`, `12:05`, `1:02:05`. */
  clockwork(seconds: number): string;
  /** `14:05`, 24 hours. */
  time(at: string | number | Date): string;
  /** `14:05:09`. */
  exactTime(at: string | number | Date): string;
  /** `22 қар.` */
  day(at: string | number | Date): string;
  /** `22 қар. 14:05` */
  dayTime(at: string | number | Date): string;
  /** Words joined by the language: «a, b және c». */
  list(words: readonly string[]): string;
}

const moment = (at: string | number | Date): Date => (at instanceof Date ? at : new Date(at));

function plain(of: Language, value: number, digits: number): string {
  const data = of === "kk" ? "ru" : of;
  return joined(once(`${data} n ${digits}`, () => new Intl.NumberFormat(data, { maximumFractionDigits: digits })).format(value));
}

function percent(of: Language, share: number): string {
  if (of === "kk") return `${plain(of, share * 100, 0)}%`;
  return joined(once(`${of} %`, () => new Intl.NumberFormat(of, { style: "percent" })).format(share));
}

function unit(of: Language, value: number, name: Unit, digits = 0): string {
  if (of === "kk") return `${plain(of, value, digits)}${NO_BREAK}${KAZAKH_UNITS[name]}`;
  const format = once(`${of} ${name} ${digits}`, () =>
    new Intl.NumberFormat(of, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits }),
  );
  return joined(format.format(value));
}

function distance(of: Language, metres: number): string {
  if (metres < 1000) return unit(of, Math.round(metres / 10) * 10, "meter");
  return unit(of, metres / 1000, "kilometer", metres < 10_000 ? 1 : 0);
}

function duration(of: Language, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE_S) return unit(of, whole, "second");
  if (whole < HOUR_S) return unit(of, Math.floor(whole / MINUTE_S), "minute");
  if (whole >= DAY_S) return unit(of, Math.floor(whole / DAY_S), "day");
  const minutes = Math.floor((whole % HOUR_S) / MINUTE_S);
  const hours = unit(of, Math.floor(whole / HOUR_S), "hour");
  return minutes === 0 ? hours : `${hours}${NO_BREAK}${unit(of, minutes, "minute")}`;
}

function clockwork(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / HOUR_S), Math.floor((whole % HOUR_S) / MINUTE_S)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % MINUTE_S)}` : `${minutes}:${two(whole % MINUTE_S)}`;
}

function dateFormat(of: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  // hourCycle, not hour12: with the latter midnight may be 24:00.
  return once(`${of} ${name} ${zone.value}`, () => new Intl.DateTimeFormat(of, { ...options, timeZone: zone.value, hourCycle: "h23" }));
}

function kazakhDay(at: Date): string {
  const parts = dateFormat("en", "parts", { day: "numeric", month: "numeric" }).formatToParts(at);
  const part = (name: string): number => Number(parts.find((one) => one.type === name)?.value);
  return `${part("day")}${NO_BREAK}${KAZAKH_MONTHS[part("month") - 1] ?? ""}`;
}

/** The day in the zone of the deployment, as `2026-11-27`: for comparing, not for reading. */
export function dateOf(at: string | number): string {
  const [month, day, year] = dateFormat("en", "date", { year: "numeric", month: "2-digit", day: "2-digit" }).format(moment(at)).split("/");
  return `${year}-${month}-${day}`;
}

function dayOf(of: Language, at: Date): string {
  return of === "kk" ? kazakhDay(at) : joined(dateFormat(of, "day", { day: "numeric", month: "short" }).format(at));
}

function list(of: Language, words: readonly string[]): string {
  if (of !== "kk") return once(`${of} list`, () => new Intl.ListFormat(of, { type: "conjunction" })).format(words);
  const [last, ...others] = [...words].reverse();
  return others.length === 0 ? (last ?? "") : `${others.reverse().join(", ")} және ${last}`;
}

export function formats(of: Language): Formats {
  const time = (at: string | number | Date): string =>
    dateFormat("en", "time", { hour: "2-digit", minute: "2-digit" }).format(moment(at));
  const day = (at: string | number | Date): string => dayOf(of, moment(at));
  return {
    number: (value, digits = 0) => plain(of, value, digits),
    percent: (share) => percent(of, share),
    distance: (metres) => distance(of, metres),
    duration: (seconds) => duration(of, seconds),
    hours: (seconds) => (seconds < DAY_S ? duration(of, seconds) : unit(of, seconds / HOUR_S, "hour")),
    clockwork,
    time,
    exactTime: (at) => dateFormat("en", "exact", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(moment(at)),
    day,
    dayTime: (at) => `${day(at)}${NO_BREAK}${time(at)}`,
    list: (words) => list(of, words),
  };
}
