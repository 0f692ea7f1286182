// Kazakh endings after numbers. The ending follows how the number is read: 14:03‑тен (үштен), 14:09‑дан (тоғыздан).

export type Case = "dative" | "ablative" | "locative" | "accusative" | "genitive";
type Sound = "vowel" | "nasal" | "voiced" | "voiceless";
interface Reading {
  readonly isBack: boolean;
  readonly ends: Sound;
}

const front = (ends: Sound): Reading => ({ isBack: false, ends });
const back = (ends: Sound): Reading => ({ isBack: true, ends });
/** бір, екі, үш, төрт, бес, алты, жеті, сегіз, тоғыз; 0 is нөл. */
const ONES: readonly Reading[] = [
  front("voiced"),
  front("voiced"),
  front("vowel"),
  front("voiceless"),
  front("voiceless"),
  front("voiceless"),
  back("vowel"),
  front("vowel"),
  front("voiced"),
  back("voiced"),
];
/** он, жиырма, отыз, қырық, елу, алпыс, жетпіс, сексен, тоқсан. The у of елу takes the endings of a voiced consonant. */
const TENS: readonly Reading[] = [
  front("voiced"),
  back("nasal"),
  back("vowel"),
  back("voiced"),
  back("voiceless"),
  front("voiced"),
  back("voiceless"),
  front("voiceless"),
  front("nasal"),
  back("nasal"),
];
const HUNDRED = front("voiced"); // жүз
const LARGE = back("nasal"); // мың, миллион, миллиард

/** Endings for [front, back] vowels. */
const ENDINGS: Readonly<Record<Case, Readonly<Record<Sound, readonly [string, string]>>>> = {
  dative: { vowel: ["ге", "ға"], nasal: ["ге", "ға"], voiced: ["ге", "ға"], voiceless: ["ке", "қа"] },
  ablative: { vowel: ["ден", "дан"], nasal: ["нен", "нан"], voiced: ["ден", "дан"], voiceless: ["тен", "тан"] },
  locative: { vowel: ["де", "да"], nasal: ["де", "да"], voiced: ["де", "да"], voiceless: ["те", "та"] },
  accusative: { vowel: ["ні", "ны"], nasal: ["ді", "ды"], voiced: ["ді", "ды"], voiceless: ["ті", "ты"] },
  genitive: { vowel: ["нің", "ның"], nasal: ["нің", "ның"], voiced: ["дің", "дың"], voiceless: ["тің", "тың"] },
};
/** No-break hyphen: the ending never begins a line. */
const HYPHEN = "\u2011";

function readingOf(number: number): Reading {
  const whole = Math.abs(Math.trunc(number));
  const [ones, tens, hundreds] = [whole % 10, Math.trunc(whole / 10) % 10, Math.trunc(whole / 100) % 10];
  if (ones > 0 || whole === 0) return ONES[ones] ?? LARGE;
  if (tens > 0) return TENS[tens] ?? LARGE;
  return hundreds > 0 ? HUNDRED : LARGE;
}

/** The ending alone: `ending(14, "dative")` is «ке». */
export function ending(number: number, wanted: Case): string {
  const reading = readingOf(number);
  return ENDINGS[wanted][reading.ends][reading.isBack ? 1 : 0];
}

/** `14‑ке`. `shown`: how the number is written, if not plainly. */
export function numberIn(number: number, wanted: Case, shown: string = String(number)): string {
  return `${shown}${HYPHEN}${ending(number, wanted)}`;
}

/** `14:03‑тен`. A full hour is read by its hour: `18:00‑ге`. */
export function clockIn(clock: string, wanted: Case): string {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return `${clock}${HYPHEN}${ending(minute === 0 ? hour : minute, wanted)}`;
}
