// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { OutboxItem, OutboxState } from "../../shared/outbox_store";
import { type Offer, type OfferState, dangerOf, dangersOf, isLate, nextStep, standing, viewOf } from "../../volunteer/jobs";

const NOW = Date.parse("2026-11-26T10:00:00Z");

function offer(id: string, state: OfferState, more: Partial<Offer> = {}): Offer {
  const at = "2026-11-26T09:59:30Z";
  return { id, state, capability: "field", created_at: at, changed_at: at, expires_at: "2026-11-26T10:00:40Z", ...more } as Offer;
}

function said(about: string, action: string, state: OutboxState = "saved", seq = 1): OutboxItem {
  const common = { method: "POST", url: "", body: null, key: `${seq}`, tapped_at: "2026-11-26T09:59:50Z", problem: state === "refused" ? "offer_ended" : null };
  return { ...common, seq, about, action, state };
}

describe("where the person stands", () => {
  it("an answer on the phone counts, and is not confirmed until the server says so", () => {
    for (const state of ["saved", "sent", "received"] as const)
      expect(standing(offer("o", "offered"), [said("o", "accept", state)])).toMatchObject({ state: "accepted", isConfirmed: false });
    expect(standing(offer("o", "accepted"), [said("o", "accept", "received")])).toMatchObject({ state: "accepted", isConfirmed: true });
  });

  it("an answer that came after the end leaves nothing to answer, another refusal does", () => {
    const late = said("o", "accept", "refused");

    expect(isLate(standing(offer("o", "offered"), [late]))).toBe(true);
    expect(isLate(standing(offer("o", "offered"), [{ ...late, problem: "invalid" }]))).toBe(false);
    expect(isLate(standing(offer("o", "offered"), []))).toBe(false);
  });

  it("the server is ahead of an old answer", () => {
    expect(standing(offer("o", "on_scene"), [said("o", "en-route")])).toMatchObject({ state: "on_scene", isConfirmed: true });
  });

  it("an acceptance that was taken back reads as declined", () => {
    const items = [said("o", "accept", "received", 1), said("o", "decline", "saved", 2)];
    expect(standing(offer("o", "accepted"), items)).toMatchObject({ state: "declined", isConfirmed: false });
  });

  it("a refused answer changes nothing and is shown", () => {
    const refused = said("o", "accept", "refused");
    expect(standing(offer("o", "offered"), [refused])).toMatchObject({ state: "offered", isConfirmed: true, refused });
  });

  it("what has ended stays ended, whatever waits on the phone", () => {
    for (const state of ["stood_down", "withdrawn", "expired"] as const)
      expect(standing(offer("o", state), [said("o", "accept")])).toMatchObject({ state, isConfirmed: true });
  });
});

describe("the one thing on the screen", () => {
  it("is thanks for work that was just done, before what ended meanwhile, and after a new request", () => {
    const [done, gone] = [offer("mine", "done"), offer("gone", "withdrawn")];

    expect(viewOf([gone, done], [], NOW, new Set())).toMatchObject({ kind: "thanks", offer: { id: "mine" } });
    expect(viewOf([gone, done, offer("new", "offered")], [], NOW, new Set())).toMatchObject({ kind: "offer", offer: { id: "new" } });
    expect(viewOf([gone, done], [], NOW, new Set(["mine"]))).toMatchObject({ kind: "ended", offer: { id: "gone" } });
  });

  it("is thanks also while the server does not know of the end, and no more after half an hour", () => {
    const old = { changed_at: "2026-11-26T09:20:00Z" };

    expect(viewOf([offer("mine", "on_scene", old)], [said("mine", "done")], NOW, new Set())).toMatchObject({ kind: "thanks", standing: { isConfirmed: false } });
    expect(viewOf([offer("mine", "done", old)], [], NOW, new Set())).toEqual({ kind: "quiet" });
  });

  it("is the work under way before any new request", () => {
    const shown = viewOf([offer("new", "offered"), offer("mine", "en_route")], [], NOW, new Set());
    expect(shown).toMatchObject({ kind: "work", offer: { id: "mine" } });
  });

  it("is the request that ends first", () => {
    const soon = offer("soon", "offered", { expires_at: "2026-11-26T10:00:10Z" });
    expect(viewOf([offer("later", "offered"), soon], [], NOW, new Set())).toMatchObject({ kind: "offer", offer: { id: "soon" } });
  });

  it("is no request whose time is over, and none that was declined on the phone", () => {
    const over = offer("over", "offered", { expires_at: "2026-11-26T09:59:59Z" });
    expect(viewOf([over], [], NOW, new Set())).toEqual({ kind: "quiet" });
    expect(viewOf([offer("o", "offered")], [said("o", "decline")], NOW, new Set())).toEqual({ kind: "quiet" });
  });

  it("tells an end that is not the person's doing once, and not hours later", () => {
    const ended = offer("o", "stood_down");
    expect(viewOf([ended], [], NOW, new Set())).toMatchObject({ kind: "ended" });
    expect(viewOf([ended], [], NOW, new Set(["o"]))).toEqual({ kind: "quiet" });
    expect(viewOf([ended], [], NOW + 3_600_000, new Set())).toEqual({ kind: "quiet" });
    expect(viewOf([offer("o", "declined")], [], NOW, new Set())).toEqual({ kind: "quiet" });
  });

  it("is the form of digital work", () => {
    expect(viewOf([offer("o", "accepted", { capability: "digital" })], [], NOW, new Set())).toMatchObject({ kind: "digital" });
  });
});

it("the steps of work follow each other", () => {
  expect((["accepted", "en_route", "on_scene", "done"] as const).map(nextStep)).toEqual(["en-route", "on-scene", "done", null]);
});

describe("the offer that a notice led to", () => {
  it("goes before one that ends sooner, and not before work", () => {
    const [sooner, wanted] = [offer("o-1", "offered", { expires_at: "2026-11-26T10:00:20Z" }), offer("o-2", "offered")];

    expect(viewOf([sooner, wanted], [], NOW, new Set())).toMatchObject({ offer: { id: "o-1" } });
    expect(viewOf([sooner, wanted], [], NOW, new Set(), "o-2")).toMatchObject({ kind: "offer", offer: { id: "o-2" } });
    expect(viewOf([offer("o-3", "accepted"), wanted], [], NOW, new Set(), "o-2")).toMatchObject({ offer: { id: "o-3" } });
  });

  it("is told together with all others that have ended meanwhile, the wanted one first", () => {
    const ends = [offer("o-1", "expired"), offer("o-2", "stood_down"), offer("o-3", "withdrawn")];
    const told = (seen: string[], wanted: string | null = null): string[] => {
      const view = viewOf(ends, [], NOW, new Set(seen), wanted);
      return view.kind === "ended" ? view.ended.map((job) => job.offer.id) : [];
    };

    expect(told([], "o-2")).toEqual(["o-2", "o-1", "o-3"]);
    expect(told(["o-1"])).toEqual(["o-2", "o-3"]);
    expect(told(["o-1", "o-2", "o-3"])).toEqual([]);
  });

  it("is told to have ended before another is shown", () => {
    const [ended, other] = [offer("o-2", "expired"), offer("o-1", "offered")];

    expect(viewOf([ended, other], [], NOW, new Set(), "o-2")).toMatchObject({ kind: "ended", offer: { id: "o-2" } });
    expect(viewOf([ended, other], [], NOW, new Set(["o-2"]), "o-2")).toMatchObject({ kind: "offer", offer: { id: "o-1" } });
  });
});

describe("a signal of danger", () => {
  const at = "2026-11-26T09:59:55Z";
  const signalled = (state: OfferState): Offer => offer("o", state, { distress: { incident_id: "i", at } });

  it("stays in view when the work is done, whether this phone gave it or another one", () => {
    expect(dangerOf([offer("o", "done")], [said("o", "distress", "received")], NOW)).toMatchObject({ state: "received", offer: { id: "o" } });
    expect(dangerOf([signalled("done")], [], NOW)).toMatchObject({ at, state: "received" });
    expect(dangerOf([], [said("v-1", "distress", "sent")], NOW)).toMatchObject({ state: "sent", offer: null });
  });

  it("is one, though phone and server both tell of it", () => {
    expect(dangersOf([signalled("en_route")], [said("o", "distress", "received")])).toHaveLength(1);
  });

  it("leaves the screen after an hour, unless it has not arrived", () => {
    const later = NOW + 3_600_000;
    expect(dangerOf([signalled("done")], [said("o", "distress", "received")], later)).toBeNull();
    expect(dangerOf([], [said("v-1", "distress", "saved")], later)).not.toBeNull();
    expect(dangerOf([], [said("v-1", "distress", "refused")], NOW)).toBeNull();
  });
});
