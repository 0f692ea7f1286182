// @vitest-environment node
import { expect, test, vi } from "vitest";
import { nameAt } from "../../console/queue/place_text";
import { json } from "../support/answers";

test("names of places are kept in a bounded number, and one that was dropped is asked for again", async () => {
  let asked = 0;
  vi.stubGlobal("fetch", () => {
    asked += 1;
    return Promise.resolve(json({ nearest: null, district: { kk: "Аудан", ru: "Район", en: "District" } }));
  });
  const placeOf = (number: number): { lon: number; lat: number } => ({ lon: 60 + number / 100, lat: 48 });
  const read = (from: number, to: number): Promise<void> => {
    for (let number = from; number <= to; number++) nameAt(placeOf(number));
    return vi.waitFor(() => expect(nameAt(placeOf(to))).toBe("Аудан"), { timeout: 5_000 });
  };
  await read(0, 2_000);
  expect(asked).toBe(2_001);

  await read(1, 1);
  expect(asked).toBe(2_001);
  await read(0, 0);
  expect(asked).toBe(2_002);
  vi.unstubAllGlobals();
});
