// What an operator has typed of a report. Kept per person on this device: it survives a lost session, a reload and a crash.
import { type Signal, signal } from "@preact/signals";
import { freshKey } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { serverNow } from "../../shared/clock";
import { eraseKept } from "../drafts";
import { amongWindows, windowId } from "./window";

export type Priority = components["schemas"]["Priority"];
export type Names = components["schemas"]["NamesShown"];

/** A place that the person chose: by a name, by coordinates, by a link or by a click on the map. */
export interface ChosenPlace {
  readonly lon: number;
  readonly lat: number;
  /** null where the place is a point without a name. */
  readonly name: Names | null;
  readonly district: Names | null;
  readonly region: Names | null;
  /** From where the person looked when they chose it; missing where that is not known, and for a click on the map. */
  readonly distanceM?: number | null;
}

/** The open incident to which the person adds the report. */
export interface Joined {
  readonly id: string;
  readonly type: string;
}

export interface Draft {
  /** The idempotency key: one for each content that is sent, also after a reload. */
  readonly key: string;
  /** What was last sent under the key; null before. */
  readonly sentAs: string | null;
  readonly savedAtMs: number;
  readonly description: string;
  /** Empty: not stated. */
  readonly language: string;
  readonly typeText: string;
  readonly type: string | null;
  readonly placeText: string;
  readonly place: ChosenPlace | null;
  readonly address: string;
  /** null: that of the response plan. */
  readonly priority: Priority | null;
  readonly callerName: string;
  readonly callerPhone: string;
  /** null: a report of its own. */
  readonly joins: Joined | null;
  /** A drill: nobody is in need. */
  readonly exercise: boolean;
  /** The messages from the public that it is made of; null: none. */
  readonly conversation: string | null;
  /** What software wrote down of a recording or a picture, as long as nobody has compared it; empty: nothing. */
  readonly heard: string;
}

/** A draft of an earlier shift would be taken for a new call. */
const KEPT_FOR_MS = 12 * 3600 * 1000;
const PREFIX = "komek-report:";
const nameOf = (person: string, tab: string): string => `${PREFIX}${person}:${tab}`;

export function emptyDraft(): Draft {
  return {
    key: freshKey(),
    sentAs: null,
    savedAtMs: 0,
    description: "",
    language: "",
    typeText: "",
    type: null,
    placeText: "",
    place: null,
    address: "",
    priority: null,
    callerName: "",
    callerPhone: "",
    joins: null,
    exercise: false,
    conversation: null,
    heard: "",
  };
}

export function isEmpty(draft: Draft): boolean {
  const typed = [draft.description, draft.typeText, draft.placeText, draft.address, draft.callerName, draft.callerPhone];
  return draft.conversation === null && draft.type === null && draft.place === null && typed.every((one) => one.trim() === "");
}

/** What the person has typed and chosen, to tell whether it changed. The district of a place follows by itself. */
export function contentOf({ key: _, sentAs: _sent, savedAtMs: _at, joins: _joins, heard: _heard, place, ...typed }: Draft): string {
  return JSON.stringify([typed, place?.lon, place?.lat]);
}

/** The draft of one person in one window. `storage` is null where the browser denies it: then the draft lasts as long as the page. */
export class DraftStore {
  readonly draft: Signal<Draft>;
  /** False: it could not be written to this device. */
  readonly isKept = signal(true);

  constructor(
    private readonly person: string,
    private readonly storage: Storage | null = deviceStorage(),
    private readonly tab = windowId(),
  ) {
    this.draft = signal(this.read());
  }

  change(part: Partial<Omit<Draft, "key" | "sentAs" | "savedAtMs">>): void {
    this.draft.value = { ...this.draft.value, ...part, savedAtMs: serverNow() };
    this.write();
  }

  /** The draft as it goes out. Another content than that of an earlier attempt is another request, with another key. */
  sending(body: string): Draft {
    const { key, sentAs } = this.draft.value;
    this.draft.value = { ...this.draft.value, key: sentAs === null || sentAs === body ? key : freshKey(), sentAs: body };
    this.write();
    return this.draft.value;
  }

  /** What is typed stays, as another report: the key belongs to one that is stored. */
  renew(): void {
    this.draft.value = { ...this.draft.value, key: freshKey(), sentAs: null };
    this.write();
  }

  /** A new form with a new key, after sending or by choice of the person. */
  clear(): void {
    this.draft.value = emptyDraft();
    try {
      this.storage?.removeItem(nameOf(this.person, this.tab));
    } catch {
      this.isKept.value = false;
    }
  }

  /** Where nothing is typed here: takes over the newest draft of the person whose window is gone, with its key. */
  async adopt(): Promise<void> {
    if (isEmpty(this.draft.value)) await amongWindows((living) => this.takeOver(living));
  }

  private takeOver(living: ReadonlySet<string>): void {
    const { storage } = this;
    if (storage === null || !isEmpty(this.draft.value)) return;
    const prefix = nameOf(this.person, "");
    const names = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? "");
    const left = names.filter((name) => name.startsWith(prefix) && !living.has(name.slice(prefix.length)));
    const drafts = left.map((name) => ({ name, draft: this.read(name) })).filter(({ draft }) => !isEmpty(draft));
    const newest = drafts.sort((a, b) => b.draft.savedAtMs - a.draft.savedAtMs)[0];
    if (newest === undefined) return;
    storage.removeItem(newest.name);
    this.draft.value = newest.draft;
    this.write();
  }

  private read(name = nameOf(this.person, this.tab)): Draft {
    const found = parsed(this.storage, name);
    return found === null || isOver(found) ? emptyDraft() : { ...emptyDraft(), ...found };
  }

  private write(): void {
    try {
      this.storage?.setItem(nameOf(this.person, this.tab), JSON.stringify(this.draft.value));
      this.isKept.value = this.storage !== null;
    } catch {
      // Storage is full: what is typed stays on the page, and the form says that it is not kept.
      this.isKept.value = false;
    }
  }
}

const isOver = (kept: Partial<Draft> | null): boolean => !(serverNow() - (kept?.savedAtMs ?? 0) <= KEPT_FOR_MS);

/** Erases drafts of earlier shifts and damaged ones, whoever typed them: they hold the caller's phone. */
export function eraseOldDrafts(): void {
  eraseKept(PREFIX, (kept) => isOver(parsed({ getItem: () => kept }, "")));
}

/** Erases every draft of a report on this device. */
export function eraseReportDrafts(): void {
  eraseKept(PREFIX);
  stores.clear();
}

function parsed(storage: Pick<Storage, "getItem"> | null, name: string): Partial<Draft> | null {
  try {
    return JSON.parse(storage?.getItem(name) ?? "null") as Partial<Draft> | null;
  } catch {
    return null;
  }
}

function deviceStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

const stores = new Map<string, DraftStore>();

/** One store for each person: the form may be closed and opened again, or another person may sign in at the same desk. */
export function draftsOf(person: string): DraftStore {
  let found = stores.get(person);
  if (found === undefined) stores.set(person, (found = new DraftStore(person)));
  return found;
}
