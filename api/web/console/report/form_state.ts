// What the form does: choosing, checking, and sending once. The draft is the only place where typed text lives.
import { type Signal, computed, effect, signal, untracked } from "@preact/signals";
import { ask } from "../../shared/api_client";
import { language } from "../../shared/language";
import type { Problem } from "../../shared/problem";
import { assistantChanges } from "../assistant_changes";
import type { LonLat } from "../map/picking";
import { giveBackMessage, holdMessage, isLostBy } from "../public/held_message";
import { type IncidentType, readTypes } from "../plans";
import { type Draft, type DraftStore, type Joined, contentOf } from "./draft";
import { Foresight, type SimilarReport } from "./foresight";
import { type LikelySame, withRead } from "./likely_same";
import { type Joining, joiningOf } from "./joining";
import { matching, meant, saidFor } from "./matching";
import { type Meant, type PlaceDraft, PlaceChooser } from "./place_chooser";
import { type FoundPlace, PlaceLookup } from "./places";
import { ReportReading } from "./reading";
import { type Faults, faultsBy, faultsOf, firstFault, isUnread, reportOf } from "./sending";
import { Suggestions } from "./suggestions";

export class FormState {
  readonly types: Signal<readonly IncidentType[]> = signal([]);
  readonly typesProblem: Signal<Problem | null> = signal(null);
  readonly faults: Signal<Faults> = signal({});
  readonly problem: Signal<Problem | null> = signal(null);
  readonly isSending = signal(false);
  /** Why the message that the report is made of is no longer this desk's. */
  readonly lost: Signal<Problem | null> = signal(null);
  /** The incident that is stored while what was typed after sending is not. */
  readonly stored = signal<string | null>(null);
  readonly places: PlaceChooser;
  /** Similar reports as of the last answer: a later one that is under way does not make them vanish under a key. */
  readonly similar: Signal<readonly LikelySame[]> = signal([]);
  readonly suggestions: Suggestions;
  readonly isUnread = computed(() => isUnread(this.draft.value));
  readonly fitting = computed(() => matching(this.draft.value.typeText, this.types.value, saidFor));

  constructor(
    readonly store: DraftStore,
    lookup = new PlaceLookup(),
    readonly foresight = new Foresight(),
    reading = new ReportReading(),
  ) {
    this.suggestions = new Suggestions(this, reading);
    this.places = new PlaceChooser({ read: () => this.draft.value, change: (part) => this.change(part, "place") }, lookup);
    this.places.show();
    this.stops = [
      effect(() => this.foresight.look(this.draft.value)),
      effect(() => {
        const { description } = this.draft.value;
        untracked(() => this.suggestions.reading.look(description));
      }),
      effect(() => {
        if (assistantChanges.value > 0) untracked(() => this.suggestions.reading.again());
      }),
      effect(() => {
        const [seen, read] = [this.foresight.state.value, this.suggestions.reading.state.value];
        if (seen.kind === "known") this.byRules = seen.preview.similar;
        else if (seen.kind !== "looking") this.byRules = [];
        this.similar.value = withRead(this.byRules, read.kind === "known" ? read.read : null);
      }),
    ];
  }

  private byRules: readonly SimilarReport[] = [];
  private readonly stops: readonly (() => void)[];

  get draft(): Signal<Draft> {
    return this.store.draft;
  }

  /** Takes over what a window that is gone has left. */
  async adopt(): Promise<void> {
    const before = this.draft.value;
    await this.store.adopt();
    if (this.draft.value !== before) this.places.show();
  }

  close(): void {
    this.stops.forEach((stop) => stop());
    this.places.close();
    this.foresight.close();
    this.suggestions.close();
  }

  async readTypes(): Promise<void> {
    const answer = await readTypes();
    if (answer.ok) this.types.value = answer.data.items;
    this.typesProblem.value = answer.ok ? null : answer.problem;
  }

  typeType(text: string): void {
    this.change({ typeText: text, type: null }, "type");
  }

  pickType(type: string): void {
    const found = this.types.value.find((one) => one.type === type);
    this.change({ type, typeText: found === undefined ? type : titleOf(found) }, "type");
  }

  typePlace(text: string): void {
    this.places.type(text);
  }

  pickPlace(place: FoundPlace): void {
    this.places.pick(place);
  }

  putBackPlace(before: PlaceDraft): void {
    this.change(before, "place");
    this.places.show();
  }

  pickPoint(at: LonLat): Promise<void> {
    return this.places.pickPoint(at);
  }

  change(part: Partial<Draft>, field: keyof Faults | null = null): void {
    this.store.change(part);
    if (field === null || this.faults.value[field] === undefined) return;
    const { [field]: _, ...others } = this.faults.value;
    this.faults.value = others;
  }

  /** Puts what software wrote down below what is typed. It stays marked, and unsent, until somebody has compared it. */
  hear(text: string): void {
    const { description, heard } = this.draft.value;
    const below = (before: string): string => (before.trim() === "" ? text : `${before.trimEnd()}\n${text}`);
    this.change({ description: below(description), heard: heard === "" ? text : `${heard}\n${text}` }, "description");
  }

  confirmHeard(): void {
    this.change({ heard: "" }, "description");
  }

  /** What was changed in it since stays: it is somebody's words by now. */
  removeHeard(): void {
    const { description, heard } = this.draft.value;
    this.change({ description: description.replace(heard, "").trimEnd(), heard: "" }, "description");
  }

  /** Chooses the incident to which the report is added, or takes the choice back. */
  join({ id, type }: Joined): void {
    this.change({ joins: this.draft.value.joins?.id === id ? null : { id, type } });
  }

  /** Keeps the message that the report is made of. One that somebody else has taken meanwhile is told before the report is sent. */
  async holdMessage(): Promise<void> {
    const id = this.draft.value.conversation;
    const problem = id === null ? null : await holdMessage(id);
    if (problem !== null && this.draft.value.conversation === id) this.lose(problem);
  }

  /** What was typed stays, as a report of its own: it may tell more than the message did. */
  private lose(problem: Problem): void {
    this.change({ conversation: null });
    this.lost.value = problem;
  }

  /** Empties the form, with a new key: what is typed next is another report. */
  empty(): void {
    const { conversation } = this.draft.value;
    if (conversation !== null) giveBackMessage(conversation);
    this.lost.value = null;
    this.store.clear();
    this.places.empty();
    this.faults.value = {};
    this.problem.value = null;
    this.stored.value = null;
  }

  /** Once at a time, under the key of the form. Null if it was not sent. */
  async send(): Promise<Saved | null> {
    if (this.isSending.value) return null;
    this.isSending.value = true;
    try {
      return await this.sendNow();
    } finally {
      this.isSending.value = false;
    }
  }

  private async sendNow(): Promise<Saved | null> {
    const place = await this.takeWhatIsMeant();
    this.faults.value = { ...faultsOf(this.draft.value), ...(place === "unseen" ? { place } : {}) };
    this.problem.value = null;
    if (firstFault(this.faults.value) !== null) return null;
    this.stored.value = null;
    this.lost.value = null;
    const body = reportOf(this.draft.value);
    const sent = this.store.sending(JSON.stringify(body));
    const answer = await ask("post", "/v1/incidents", { body, key: sent.key });
    if (answer.ok) {
      const [{ id }, into] = [answer.data, sent.joins?.id ?? null];
      return this.keepRest(sent, { id, into, joining: into === null ? null : await joiningOf(id, into) });
    }
    if (sent.conversation !== null && isLostBy(answer.problem)) {
      this.lose(answer.problem);
      return null;
    }
    if (answer.problem.code === "idempotency_key_reused") this.store.renew();
    this.problem.value = answer.problem;
    this.faults.value = faultsBy(answer.problem);
    return null;
  }

  /** What was typed after sending is in no report: it stays, to be added to the incident that is stored now. */
  private keepRest(sent: Draft, saved: Omit<Saved, "isWhole">): Saved {
    const isWhole = contentOf(this.draft.value) === contentOf(sent);
    if (isWhole) this.store.clear();
    else {
      const id = saved.joining === "done" ? (saved.into ?? saved.id) : saved.id;
      this.store.renew();
      this.store.change({ joins: { id, type: sent.type ?? "" }, conversation: null });
      this.stored.value = id;
    }
    return { ...saved, isWhole };
  }

  /** A text that can mean one thing only needs no choice. */
  private async takeWhatIsMeant(): Promise<Meant> {
    const before = this.draft.value;
    if (before.type === null) {
      if (this.types.value.length === 0) await this.readTypes();
      const only = meant(before.typeText, this.types.value, saidFor);
      if (only !== null) this.pickType(only.type);
    }
    return this.draft.value.place === null ? this.places.takeWhatIsMeant() : "ready";
  }
}

/** `into`: the incident it was added to, and `joining` what became of that; null without one. `isWhole`: nothing was typed after
 * sending. */
export interface Saved {
  readonly id: string;
  readonly into: string | null;
  readonly joining: Joining | null;
  readonly isWhole: boolean;
}

export function titleOf(one: IncidentType): string {
  return one.title[language.value] ?? one.type;
}
