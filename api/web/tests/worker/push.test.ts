// @vitest-environment node
import { describe, expect, it } from "vitest";
import { readPush, wordOf } from "../../worker/push";

const sent = (notification: object): string => JSON.stringify({ web_push: 8030, notification });
const OFFER = { title: "Komek", body: "Көмек керек", navigate: "https://komek.kz/v/#offer=o-1", tag: "t", data: { notice: "n-1", channel: "c-1" } };

describe("a push", () => {
  it("names its offer, and who is told that it was shown", () => {
    const pushed = readPush(sent(OFFER));

    expect(pushed).toMatchObject({ title: "Komek", body: "Көмек керек", tag: "t", fragment: "#offer=o-1", offerId: "o-1" });
    expect(JSON.parse(wordOf(pushed, "delivered"))).toEqual({ outcome: "delivered", offer_id: "o-1", channel: "c-1" });
  });

  it("is shown whatever it holds: a page that shows nothing loses the right", () => {
    for (const text of [null, "", "{", "[]", "1", "null", sent({}), sent({ title: 5, data: null, navigate: {} })]) {
      expect(readPush(text)).toMatchObject({ title: "Komek", offerId: null, notice: null });
    }
  });

  it("never leads to another page", () => {
    for (const navigate of ["https://evil.example/", "javascript:alert(1)", "https://evil.example/#settings", "/v/", "#offer="]) {
      expect(readPush(sent({ ...OFFER, navigate })).fragment).toBe("");
    }
    expect(readPush(sent({ ...OFFER, navigate: "https://evil.example/#offer=o-2" })).fragment).toBe("#offer=o-2");
  });
});
