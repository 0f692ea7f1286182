// Taking suggestions into the form and putting them back, and the words of the text that a suggestion rests on.
import { type ReadonlySignal, type Signal, computed, signal } from "@preact/signals";
import type { Span } from "../../shared/assistant/spans";
import type { IncidentType } from "../plans";
import { type Chip, chipsOf, foundPlaceOf, isTaken, phoneOf } from "./chips";
import type { Draft } from "./draft";
import type { FoundPlace } from "./places";
import { ReportReading } from "./reading";

/** What of the form suggestions need. */
export interface Fields {
  readonly draft: ReadonlySignal<Draft>;
  readonly types: ReadonlySignal<readonly IncidentType[]>;
  change(part: Partial<Draft>): void;
  pickType(type: string): void;
  pickPlace(place: FoundPlace): void;
  /** Puts a place back as it was, also on the map. */
  putBackPlace(before: Pick<Draft, "place" | "placeText">): void;
}

export class Suggestions {
  /** What the pointer or the focus is on; its words are marked in the text. */
  readonly looked: Signal<readonly Span[]> = signal([]);
  readonly chips = computed<readonly Chip[]>(() => {
    const { types } = this.of;
    const seen = this.reading.state.value;
    if (seen.kind !== "known") return [];
    return chipsOf(seen.read, seen.text, (type) => types.value.length === 0 || types.value.some((one) => one.type === type));
  });
  private readonly before = new Map<string, Draft>();

  constructor(
    private readonly of: Fields,
    readonly reading = new ReportReading(),
  ) {}

  isTaken(chip: Chip): boolean {
    return isTaken(chip, this.of.draft.value);
  }

  /** Takes it, or puts back what stood in the field before. */
  toggle(chip: Chip): void {
    const now = this.of.draft.value;
    if (this.isTaken(chip)) return this.putBack(chip, this.before.get(chip.id));
    this.before.set(chip.id, now);
    this.take(chip, now);
  }

  /** Spans of words that are no longer where they were would mark others. */
  spansIn(text: string): readonly Span[] {
    const seen = this.reading.state.value;
    return seen.kind === "known" && text.startsWith(seen.text) ? this.looked.value : [];
  }

  close(): void {
    this.reading.close();
    this.looked.value = [];
  }

  private take(chip: Chip, now: Draft): void {
    if (chip.kind === "type") this.of.pickType(chip.type);
    else if (chip.kind === "phone") this.of.change({ callerPhone: phoneOf(chip.phone) });
    else if (chip.kind === "name") this.of.change({ callerName: chip.name });
    else if (chip.kind === "threat") this.of.change({ priority: "critical" });
    else if (chip.kind === "language") this.of.change({ language: chip.language });
    else if (chip.kind === "road") this.of.change({ address: now.address.trim() === "" ? chip.words : `${now.address.trim()}, ${chip.words}` });
    else {
      const place = foundPlaceOf(chip.place);
      if (place !== null) this.of.pickPlace(place);
    }
  }

  private putBack(chip: Chip, before: Draft | undefined): void {
    this.before.delete(chip.id);
    if (chip.kind === "type") this.of.change({ type: before?.type ?? null, typeText: before?.typeText ?? "" });
    else if (chip.kind === "phone") this.of.change({ callerPhone: before?.callerPhone ?? "" });
    else if (chip.kind === "name") this.of.change({ callerName: before?.callerName ?? "" });
    else if (chip.kind === "threat") this.of.change({ priority: before?.priority ?? null });
    else if (chip.kind === "language") this.of.change({ language: before?.language ?? "" });
    else if (chip.kind === "road") this.of.change({ address: before?.address ?? "" });
    else this.of.putBackPlace({ place: before?.place ?? null, placeText: before?.placeText ?? "" });
  }
}
