import { afterEach, expect, test } from "vitest";
import { type Report, csvOf } from "../../console/views/export";
import { periodOf } from "../../console/views/period";
import { whyOf } from "../../console/views/reasons";
import { hashOf, openView, startViews, view, viewOf } from "../../console/views/route";
import type { Decision } from "../../console/state";

const ID = `i-8320e6-${"a".repeat(32)}`;
afterEach(() => openView(null));

test("every page has an address that opens it again", () => {
  for (const of of [{ kind: "board" }, { kind: "shift" }, { kind: "archive" }, { kind: "report", id: ID }] as const) {
    expect(viewOf(hashOf(of))).toEqual(of);
  }
});

test.each(["", "#code=abc", "#report=x", "#report=", "#report=i-8320e6-<b>", "#other"])("«%s» opens none of them", (hash) => {
  expect(viewOf(hash)).toBeNull();
});

test("opening writes the address, closing takes it away, and the address is followed", () => {
  const stop = startViews();
  openView({ kind: "board" });
  expect(location.hash).toBe("#board");
  openView(null);
  expect([location.hash, view.value]).toEqual(["", null]);

  location.hash = "#shift";
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  expect(view.value).toEqual({ kind: "shift" });
  stop();
});

test("a table has a line for each request, and nothing in it is a formula", () => {
  const asked = { offer_id: "o-1", volunteer_id: '=HYPERLINK("x")', skill: "first_aid", source: "search", state: "declined", reason: "a,b", offered_at: "2026-11-27T08:00:00Z", accepted_at: null, en_route_at: null, on_scene_at: null, done_at: null };
  const [head, line, end] = csvOf({ asked: [asked] } as unknown as Report).split("\r\n");

  expect(head).toBe("offer_id,volunteer_id,label,skill,source,state,reason,offered_at,accepted_at,en_route_at,on_scene_at,done_at");
  expect(line).toBe(`o-1,"'=HYPERLINK(""x"")",,first_aid,search,declined,"a,b",2026-11-27T08:00:00Z,,,,`);
  expect(end).toBe("");
});

test("why somebody was asked is in the record of the search that made the request", () => {
  const decision = {
    events: [{ kind: "offer_made", offer_id: "o-2", volunteer_id: "v-2", requirement_id: "r1", chance: 0.4 }, { kind: "ladder_stepped" }],
    why: { requirements: [{ requirement_id: "r1", considered: 30, chosen: [{ volunteer_id: "v-1" }, { volunteer_id: "v-2", distance_m: 1200, eta_s: 240 }] }] },
  } as unknown as Decision;

  const why = whyOf([decision]);

  expect([...why.keys()]).toEqual(["o-2"]);
  expect(why.get("o-2")).toEqual({ place: 2, considered: 30, distanceM: 1200, etaS: 240, chance: 0.4 });
});

test("a period ends when it was asked for", () => {
  expect(periodOf(Date.parse("2026-11-27T08:00:00Z"), 24)).toEqual({ from: "2026-11-26T08:00:00.000Z", to: "2026-11-27T08:00:00.000Z" });
});
