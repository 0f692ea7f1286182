// What an operator has typed of a report. Kept per person on this device: it survives a lost session, a reload and a crash.
import { type Signal, signal } from "@preact/signals";
import { freshKey } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { serverNow } from "../../shared/clock";
import { eraseKept } from "../drafts";

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
}

/** The open incident to which the person adds the report. */
export interface Joined {
  readonly id: string;
  readonly type: string;
}

export interface Draft {
  /** The idempotency key: one for each form, also after a reload. */
  readonly key: string;
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
}

/** A draft of an earlier shift would be taken for a new call. */
const KEPT_FOR_MS = 12 * 3600 * 1000;
const PREFIX = "komek-report:";
const nameOf = (person: string): string => `${PREFIX}${person}`;

export function emptyDraft(): Draft {
  return {
    key: freshKey(),
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
  };
}

export function isEmpty(draft: Draft): boolean {
  const typed = [draft.description, draft.typeText, draft.placeText, draft.address, draft.callerName, draft.callerPhone];
  return draft.type === null && draft.place === null && typed.every((one) => one.trim() === "");
}

/** The draft of one person. `storage` is null where the browser denies it: then the draft lasts as long as the page. */
export class DraftStore {
  readonly draft: Signal<Draft>;
  /** False: it could not be written to this device. */
  readonly isKept = signal(true);

  constructor(
    private readonly person: string,
    private readonly storage: Storage | null = deviceStorage(),
  ) {
    this.draft = signal(this.read());
  }

  change(part: Partial<Omit<Draft, "key" | "savedAtMs">>): void {
    this.draft.value = { ...this.draft.value, ...part, savedAtMs: serverNow() };
    this.write();
  }

  /** A new form with a new key, after sending or by choice of the person. */
  clear(): void {
    this.draft.value = emptyDraft();
    try {
      this.storage?.removeItem(nameOf(this.person));
    } catch {
      this.isKept.value = false;
    }
  }

  /** A form that another window has sent or changed in the meantime is taken over as it is there. */
  readAgain(): void {
    this.draft.value = this.read();
  }

  private read(): Draft {
    try {
      const found = JSON.parse(this.storage?.getItem(nameOf(this.person)) ?? "null") as Draft | null;
      if (found === null || isOver(found)) return emptyDraft();
      return { ...emptyDraft(), ...found };
    } catch {
      return emptyDraft();
    }
  }

  private write(): void {
    try {
      this.storage?.setItem(nameOf(this.person), JSON.stringify(this.draft.value));
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
  eraseKept(PREFIX, (kept) => isOver(parsed(kept)));
}

/** Erases every draft of a report on this device. */
export function eraseReportDrafts(): void {
  eraseKept(PREFIX);
  stores.clear();
}

function parsed(kept: string): Partial<Draft> | null {
  try {
    return JSON.parse(kept) as Partial<Draft> | null;
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
