import { describe, expect, it } from "vitest";
import { geometryOf, spotIn, written } from "../../volunteer/map/written";
import { inOrder, resultOf } from "../../volunteer/screens/digital";

const draft = (part: object) => ({ outcome: "", text: "", place: "", incident: "", assisted: [], asked: [], ...part });

describe("a place as people write it", () => {
  it("is latitude, longitude, and never guessed", () => {
    expect(spotIn("43.238, 76.945")).toEqual({ lon: 76.945, lat: 43.238 });
    expect(spotIn(" 43.238 76.945 ")).toEqual({ lon: 76.945, lat: 43.238 });
    expect(spotIn("43.238;76.945")).toEqual({ lon: 76.945, lat: 43.238 });
    for (const bad of ["", "43", "176.9, 43.2", "43.2, 181", "somewhere", "43.2, 76.9, 5", "1e9, 2"]) expect(spotIn(bad)).toBeNull();
  });
});

describe("what is drawn", () => {
  it("is a point, or an area that ends where it began", () => {
    expect(geometryOf(written({ lon: 76.9450004, lat: 43.238 }))).toEqual({ type: "Point", coordinates: [76.945, 43.238] });
    expect(geometryOf("43, 76\n\n43, 77\n44, 77")).toEqual({ type: "Polygon", coordinates: [[[76, 43], [77, 43], [77, 44], [76, 43]]] });
  });

  it("is neither with two places, or a line that holds none", () => {
    expect(geometryOf("43, 76\n43, 77")).toBe("few");
    expect(geometryOf("43, 76\nnear the bridge")).toBe("bad");
    expect(resultOf(draft({ outcome: "mapped", place: "43, 76\n43, 77" }))).toBe("area");
    expect(resultOf(draft({ outcome: "located", place: "43, 76\n43, 77\n44, 77" }))).toBe("place");
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

it("what was found stands before what was not, and an outcome of a newer server last", () => {
  expect(inOrder(["false", "not_reached", "reached"])).toEqual(["reached", "false", "not_reached"]);
  expect(inOrder(["confirmed", "false", "unclear"])).toEqual(["confirmed", "false", "unclear"]);
  expect(inOrder(["later", "none", "duplicate"])).toEqual(["duplicate", "none", "later"]);
});
