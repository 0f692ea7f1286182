// @vitest-environment node
import { expect, test } from "vitest";
import { type Case, clockIn, ending, numberIn } from "../../shared/kazakh";

test.each<[number, Case, string]>([
  [0, "ablative", "ден"], // нөлден
  [1, "dative", "ге"], // бірге
  [2, "accusative", "ні"], // екіні
  [3, "ablative", "тен"], // үштен
  [4, "locative", "те"], // төртте
  [5, "dative", "ке"], // беске
  [6, "ablative", "дан"], // алтыдан
  [6, "accusative", "ны"], // алтыны
  [7, "genitive", "нің"], // жетінің
  [8, "accusative", "ді"], // сегізді
  [9, "ablative", "дан"], // тоғыздан
  [10, "ablative", "нан"], // оннан
  [20, "dative", "ға"], // жиырмаға
  [30, "locative", "да"], // отызда
  [40, "dative", "қа"], // қырыққа
  [50, "genitive", "дің"], // елудің
  [60, "accusative", "ты"], // алпысты
  [70, "ablative", "тен"], // жетпістен
  [80, "ablative", "нен"], // сексеннен
  [90, "dative", "ға"], // тоқсанға
  [100, "dative", "ге"], // жүзге
  [115, "dative", "ке"], // жүз он беске
  [1000, "ablative", "нан"], // мыңнан
  [1_000_000, "accusative", "ды"], // миллионды
])("%d in the %s ends in -%s", (number, wanted, expected) => {
  expect(ending(number, wanted)).toBe(expected);
});

test("the ending never begins a line", () => {
  expect(numberIn(14, "dative")).toBe("14\u2011ке");
});

test.each([
  ["14:03", "ablative", "14:03\u2011тен"],
  ["14:09", "ablative", "14:09\u2011дан"],
  // A full hour is read by its hour.
  ["18:00", "dative", "18:00\u2011ге"],
  ["20:00", "dative", "20:00\u2011ға"],
  ["00:40", "dative", "00:40\u2011қа"],
] as const)("%s in the %s is %s", (clock, wanted, expected) => {
  expect(clockIn(clock, wanted)).toBe(expected);
});
