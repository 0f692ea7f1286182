// @vitest-environment node
import { expect, test } from "vitest";
import { type Draft, emptyDraft } from "../../console/report/draft";
import { faultsBy, faultsOf, firstFault, reportOf } from "../../console/report/sending";
import type { Problem } from "../../shared/problem";

const PLACE = { lon: 76.95, lat: 43.24, name: null, district: null, region: null };
const draft = (part: Partial<Draft>): Draft => ({ ...emptyDraft(), type: "flood", place: PLACE, ...part });

test("only what was stated is sent", () => {
  expect(reportOf(draft({}))).toEqual({ type: "flood", location: { type: "Point", coordinates: [76.95, 43.24] } });
});

test("words stay as they were typed", () => {
  expect(reportOf(draft({ description: "  «Су!»\n" })).description).toBe("  «Су!»\n");
});

test("everything that was stated is sent", () => {
  const all = { description: "a", language: "kk", priority: "high", address: "Абай 1", callerName: "Ә", callerPhone: "+7" } as const;
  expect(reportOf(draft(all))).toMatchObject({ language: "kk", priority: "high", address: "Абай 1", caller: { name: "Ә", phone: "+7" } });
});

test("a text of which nothing was chosen asks for a choice, an empty one for an entry", () => {
  expect(faultsOf({ ...emptyDraft(), typeText: "пожар" })).toEqual({ type: "choose", place: "missing" });
});

const problem = (...fields: string[]): Problem => ({
  code: "invalid",
  status: 422,
  params: { errors: fields.map((field) => ({ field, expected: "…" })) },
  retryAfterMs: null,
  mayRepeat: false,
});

test("a refusal stands beside its field", () => {
  expect(faultsBy(problem("location.coordinates[0]", "caller.phone", "unknown"))).toEqual({ place: "refused", caller: "refused" });
});

test("the first field in the order of the form has the focus", () => {
  expect(firstFault({ type: "missing", place: "missing" })).toBe("place");
});
