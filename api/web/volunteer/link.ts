// A one-offer link: reads which offer it opens, and follows that offer. Nothing else can be read by it, and looking changes nothing.
import { signal } from "@preact/signals";
import { ask, linkHeader } from "../shared/api_client";
import { Outbox } from "../shared/outbox";
import type { Problem } from "../shared/problem";
import { items, offers, openByLink } from "./state";

/** `away`: nobody answers, the link may be valid. */
export type LinkState = "opening" | "open" | "ended" | "away";
export const linkState = signal<LinkState>("opening");
/** Why the offer cannot be read; null when it could. */
export const linkProblem = signal<Problem | null>(null);

const NAME = "komek-outbox-links";
const AGAIN_MS = 5_000;

/** Follows the offer until the result is called. `own`: of the session in this browser; `onOwn`: the link is its person's. */
export function follow(token: string, own: string | null, onOwn: () => void): () => void {
  const headers = linkHeader(token);
  let close = (): void => undefined;
  let isOpen = true;
  let offerId: string | null = null;

  async function look(): Promise<void> {
    if (offerId === null) {
      const who = await ask("get", "/v1/session", { headers });
      if (!isOpen) return;
      if (!who.ok) return failed(who.problem);
      if (who.data.id === own) return onOwn();
      offerId = who.data.offer_id ?? null;
    }
    if (offerId === null) return;
    const offer = await ask("get", "/v1/offers/{offer_id}", { path: { offer_id: offerId }, headers });
    if (!isOpen) return;
    if (!offer.ok) return failed(offer.problem);
    [offers.value, linkProblem.value, linkState.value] = [[offer.data], null, "open"];
  }

  function failed(problem: Problem): void {
    // Whoever is logged in sees their requests in the app, whatever became of the link.
    if (own !== null) return onOwn();
    linkProblem.value = problem;
    linkState.value = problem.status === 410 ? "ended" : "away";
  }

  const soon = (): void => void (document.visibilityState === "visible" && look());
  linkState.value = "opening";
  void Outbox.open({ name: NAME }).then((box) => {
    if (isOpen) close = openByLink(box);
    else box.close();
    void look();
  });
  const timer = setInterval(soon, AGAIN_MS);
  // What was said shows its effect at once.
  const stop = items.subscribe(soon);
  document.addEventListener("visibilitychange", soon);
  window.addEventListener("online", soon);
  return () => {
    isOpen = false;
    clearInterval(timer);
    stop();
    document.removeEventListener("visibilitychange", soon);
    window.removeEventListener("online", soon);
    close();
  };
}
