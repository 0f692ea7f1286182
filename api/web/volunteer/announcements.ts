// What calls for the person: a new request, a question about safety, a change of the job. Each is said aloud once.
import { computed, effect, untracked } from "@preact/signals";
import { alarm } from "../shared/announcer";
import { deployment } from "../shared/deployment";
import { callingOf, grounds } from "./grounds/warnings";
import { view } from "./state";
import { t } from "./text";
import { skillWord } from "./words";

export interface Call {
  readonly kind: "offer" | "safety" | "changed";
}

/** The kind and what it is about: another one is another call. Empty: nothing calls. */
const subject = computed<"" | `${Call["kind"]} ${string}`>(() => {
  const present = view.value;
  if (present.kind === "quiet" || present.kind === "thanks" || present.kind === "ended") return "";
  const { offer } = present;
  if (present.kind === "offer") return `offer ${offer.id}`;
  if (offer.check_in?.state === "asked" || offer.check_in?.state === "warned") return `safety ${offer.id}`;
  return offer.to_confirm === null ? "" : `changed ${offer.id} ${offer.to_confirm.version}`;
});
/** Null: nothing calls for the person now. The same object as long as it is the same call. */
export const call = computed<Call | null>(() => (subject.value === "" ? null : { kind: subject.value.split(" ", 1)[0] as Call["kind"] }));

/** Hazard zones of which the person has not said that they know; empty: none. They call beside whatever else does. */
export const zones = computed(() => callingOf(grounds.value));

/** What the screen shows is a drill, or everything here is. */
export function isDrill(): boolean {
  const present = view.value;
  return deployment.value?.exercise === true || ("offer" in present && present.offer.incident.exercise);
}

/** Returns what stops it. */
export function announce(): () => void {
  return effect(() => {
    const present = call.value;
    // Once: in another language it is the same call. The line about a hazard zone is an alert of its own.
    if (present !== null) untracked(() => alarm(sentenceOf(present)));
  });
}

function sentenceOf({ kind }: Call): string {
  const { common, own } = t();
  const shown = view.value;
  const said = kind === "offer" && "offer" in shown ? own.offer.title(skillWord(shown.offer.skill)) : kind === "safety" ? own.checkIn.title : own.changed.title;
  // Whether somebody is safe is asked in earnest also in a drill.
  return isDrill() && kind !== "safety" ? `${common.exercise}. ${said}` : said;
}
