// @vitest-environment node
import { describe, expect, it } from "vitest";
import { beforeOf } from "../../volunteer/before";
import { differing, movedM } from "../../volunteer/difference";
import type { Offer } from "../../volunteer/jobs";

const CHANGE = { version: 2, fields: ["address"], since: "2026-11-26T10:00:00Z", due_at: null, state: "asked" } satisfies Offer["to_confirm"];
const point = (lon: number, lat: number): NonNullable<Offer["location"]> => ({ type: "Point", coordinates: [lon, lat] });

function job(address: string | null, more: Partial<Offer> = {}): Offer {
  return { id: "O1", state: "en_route", address, location: point(76.9, 43.2), to_confirm: null, ...more } as Offer;
}

describe("where a person was going before the job changed", () => {
  it("is what they were told last, as long as the change waits for them", () => {
    const known = beforeOf({}, [job("Abay 7")], [job("Abay 70", { to_confirm: CHANGE })]);
    expect(known).toEqual({ O1: { address: "Abay 7", location: point(76.9, 43.2) } });

    const again = beforeOf(known, [job("Abay 70", { to_confirm: CHANGE })], [job("Abay 700", { to_confirm: { ...CHANGE, version: 3 } })]);
    expect(again["O1"]?.address).toBe("Abay 7");
    expect(beforeOf(again, [job("Abay 700", { to_confirm: CHANGE })], [job("Abay 700")])).toEqual({});
  });

  it("is unknown to who had not accepted, and forgotten with the work", () => {
    const changed = job("Abay 70", { to_confirm: CHANGE });

    expect(beforeOf({}, [job(null, { state: "offered" })], [changed])).toEqual({});
    expect(beforeOf({}, [], [changed])).toEqual({});
    expect(beforeOf({ O1: { address: "Abay 7", location: null } }, [changed], [job(null, { state: "stood_down", to_confirm: CHANGE })])).toEqual({});
  });
});

describe("what is different", () => {
  it.each([
    ["Жамбыл көшесі, 58", "Жамбыл көшесі, 85", ["Жамбыл көшесі, ", "85", ""]],
    ["Abay 7, entrance 3", "Abay 70, entrance 3", ["Abay ", "70, ", "entrance 3"]],
    ["Abay 7", "Abay 7, gate", ["Abay ", "7, gate", ""]],
    ["Abay 7", "Satpaev 22", ["", "Satpaev 22", ""]],
    ["Abay 7, yard", "Abay 7,", ["Abay 7,", "", ""]],
  ])("%s became %s", (was, now, parts) => {
    expect(differing(was, now)).toEqual(parts);
  });

  it("is a distance when the place moved, and none when it is only more exact", () => {
    const from = { location: point(76.9, 43.2) };

    expect(movedM(from, { location: point(76.9, 43.21) })).toBeCloseTo(1_112, -1);
    expect(movedM(from, { location: point(76.9001, 43.2) })).toBeNull();
    expect(movedM({ location: null }, from)).toBeNull();
  });
});
