import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { session } from "../../shared/session";
import type { Session } from "../../volunteer/device";
import type { Offer } from "../../volunteer/jobs";
import { offers } from "../../volunteer/state";

const signIn = (id: string): void => void (session.value = { kind: "signed-in", session: { id, role: "volunteer" } as Session });

beforeEach(() => {
  signIn("v-1");
  offers.value = [{ id: "o-1", state: "accepted", address: "12 Abay St" } as Offer];
});

test("a renewed session of the same person leaves the job on the screen", () => {
  signIn("v-1");

  expect(offers.value.map((offer) => offer.id)).toEqual(["o-1"]);
});

test("the next person sees nothing of the last one, before anything is loaded", () => {
  signIn("v-2");

  expect(offers.value).toEqual([]);
});

test("an ended session leaves no address, in memory or on the device", () => {
  session.value = { kind: "signed-out" };

  expect(offers.value).toEqual([]);
  expect(localStorage.getItem("komek-volunteer")).toBe(null);
});
