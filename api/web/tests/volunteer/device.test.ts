import { beforeEach, expect, test } from "vitest";
import { forgetAll, keep, keepSession, kept } from "../../volunteer/device";
import type { Session } from "../../volunteer/device";
import type { Offer } from "../../volunteer/jobs";

const sessionOf = (id: string): Session => ({ id, role: "volunteer" }) as Session;
const job = { id: "o-1", state: "accepted", address: "12 Abay St" } as Offer;

beforeEach(() => {
  localStorage.clear();
  keepSession(sessionOf("v-1"));
  keep("v-1", { offers: [job] });
});

test("a job is kept over a renewed session of the same person", () => {
  keepSession(sessionOf("v-1"));

  expect(kept().offers.map((offer) => offer.id)).toEqual(["o-1"]);
});

test("another person who signs in finds nothing of the last one", () => {
  keepSession(sessionOf("v-2"));

  expect(kept().offers).toEqual([]);
  expect(JSON.stringify({ ...localStorage })).not.toContain("Abay");
});

test("an answer for somebody who is no longer here is not kept", () => {
  keepSession(sessionOf("v-2"));
  keep("v-1", { offers: [job] });
  expect(kept().offers).toEqual([]);

  forgetAll();
  keep("v-2", { offers: [job] });
  keep(null, { offers: [job] });

  expect(localStorage.length).toBe(0);
});
