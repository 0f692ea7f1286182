import { describe, expect, it } from "vitest";
import { resultOf, spotIn } from "../../volunteer/screens/digital";

const draft = (part: object) => ({ outcome: "", text: "", place: "", incident: "", ...part });

describe("a place as people write it", () => {
  it("is latitude, longitude, and never guessed", () => {
    expect(spotIn("43.238, 76.945")).toEqual([76.945, 43.238]);
    expect(spotIn(" 43.238 76.945 ")).toEqual([76.945, 43.238]);
    expect(spotIn("43.238;76.945")).toEqual([76.945, 43.238]);
    for (const bad of ["", "43", "176.9, 43.2", "43.2, 181", "somewhere", "43.2, 76.9, 5", "1e9, 2"]) expect(spotIn(bad)).toBeNull();
  });
});

describe("a result", () => {
  it("needs an answer, and what the answer needs", () => {
    expect(resultOf(draft({}))).toBe("outcome");
    expect(resultOf(draft({ outcome: "located" }))).toBe("place");
    expect(resultOf(draft({ outcome: "done", text: "  " }))).toBe("text");
    expect(resultOf(draft({ outcome: "duplicate" }))).toBe("text");
  });

  it("holds only the fields of its outcome", () => {
    expect(resultOf(draft({ outcome: "confirmed", place: "43, 76", incident: "x" }))).toEqual({ outcome: "confirmed" });
    expect(resultOf(draft({ outcome: "located", place: "43.5, 76.5", text: " near the bridge " }))).toEqual({
      outcome: "located",
      text: "near the bridge",
      location: { type: "Point", coordinates: [76.5, 43.5] },
    });
    expect(resultOf(draft({ outcome: "duplicate", incident: " i-1 " }))).toEqual({ outcome: "duplicate", incident_id: "i-1" });
  });
});
