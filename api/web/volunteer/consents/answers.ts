// What the person has agreed to: read from the server, answered one by one. What nobody answered stands nowhere as given.
import { signal } from "@preact/signals";
import { ask } from "../../shared/api_client";
import { serverNow } from "../../shared/clock";
import { language } from "../../shared/language";
import type { Problem } from "../../shared/problem";
import { keep, kept } from "../device";
import { agreed, isOwner } from "../state";

/** The version of the notice about personal data that this page shows. */
const NOTICE = "2026-11";
/** Whoever said "later" is asked again on another day. */
const LATER_MS = 24 * 3_600_000;

export const CONSENTS = ["positions", "contact_by_phone"] as const;
export type Consent = (typeof CONSENTS)[number];

/** The last answer to each; null: not read yet. Of the person who is signed in. */
export const given = signal<Readonly<Partial<Record<string, boolean>>> | null>(null);
export const consentProblem = signal<Problem | null>(null);
/** When the person put the questions off, server time in ms; 0: never. */
const putOffAtMs = signal(0);

export async function readConsents(id: string): Promise<void> {
  [given.value, putOffAtMs.value] = [null, kept().consentsLaterMs];
  const answer = await ask("get", "/v1/volunteers/{volunteer_id}/consents", { path: { volunteer_id: id } });
  if (answer.ok) take(id, answer.data.now);
  consentProblem.value = answer.ok ? null : answer.problem;
}

export async function answerConsent(id: string, name: Consent, value: boolean): Promise<void> {
  const body = { notice: { version: NOTICE, language: language.value }, [name]: value };
  const answer = await ask("put", "/v1/volunteers/{volunteer_id}/consents", { path: { volunteer_id: id }, body: body as never });
  consentProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) take(id, answer.data.now);
}

/** Kept on the device: a start without a network must know whether the position may be shared. */
function take(id: string, now: Readonly<Partial<Record<string, boolean>>>): void {
  given.value = now;
  if (!isOwner(id)) return;
  agreed.value = now["positions"] ?? null;
  keep(id, { agreed: agreed.value });
}

/** The questions that are open now; none while the answers are not known, or the person has put them off. */
export function openQuestions(nowMs: number): readonly Consent[] {
  const answers = given.value;
  if (answers === null || nowMs - putOffAtMs.value < LATER_MS) return [];
  return CONSENTS.filter((name) => answers[name] === undefined);
}

export function askLater(id: string): void {
  putOffAtMs.value = serverNow();
  keep(id, { consentsLaterMs: putOffAtMs.value });
}
