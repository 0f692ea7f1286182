// @vitest-environment node
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const files = ["console", "volunteer", "shared"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf-8" }).filter((name) => name.endsWith(".tsx")).map((name) => join(folder, name)),
);

test("whatever draws a hint draws it within the mark of what software made", () => {
  const drawing = files.filter((name) => /hintSaid\(|peopleSaid\(|data-hint=|data-chip=/.test(readFileSync(join(ROOT, name), "utf-8")));
  expect(drawing.length).toBeGreaterThan(2);
  for (const name of drawing) expect(readFileSync(join(ROOT, name), "utf-8"), name).toMatch(/<Suggested\b/);
});

test("pages for paper and for looking back draw none", () => {
  const papers = files.filter((name) => name.startsWith("console/views/"));
  for (const name of papers) expect(readFileSync(join(ROOT, name), "utf-8"), name).not.toMatch(/\/hints"|shared\/assistant|hintSaid/);
});
