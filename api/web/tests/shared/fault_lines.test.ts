// @vitest-environment node
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("every line that says what is wrong is also heard: it, or what it stands in, is a live region", () => {
  const silent = globSync("{console,shared,volunteer}/**/*.tsx").flatMap((file) => {
    const lines = readFileSync(file, "utf-8").split("\n");
    return lines.flatMap((line, at) => (/<\w+ class="(\S+ )?fault"/.test(line) && !/role="(alert|status)"/.test(`${lines[at - 1] ?? ""}${line}`) ? [`${file}:${at + 1}`] : []));
  });
  expect(silent).toEqual([]);
});
