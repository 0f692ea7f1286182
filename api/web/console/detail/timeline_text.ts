// One line per decision in the reader's language: who, and what happened. Texts of people stay as they were written.
import { attentionWord, certaintyWord, declineWord, f, fieldWord, offerWord, outcomeWord, problemWord, shortfallWord, skillWord, stepWord } from "../say";
import { nameById } from "../people/names";
import { type TimelineEntry, known } from "../state";
import { t } from "../text";
import { notMovedText } from "./not_moved";
import type { NotMoved } from "./orders";

type Event = Readonly<Record<string, unknown>>;

export interface Line {
  readonly id: string;
  readonly at: string;
  readonly text: string;
  /** What somebody wrote, unchanged. */
  readonly words: readonly string[];
  /** The incident that was merged with this one; null for other lines. */
  readonly other: string | null;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const person = (event: Event): string => nameById(text(event["volunteer_id"]));
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

type Needs = readonly { readonly id: string; readonly skill: string }[];

/** The newest first; decisions without anything to tell are left out. `needs`: the requirements that events name by their id. */
export function linesOf(timeline: readonly TimelineEntry[], needs: Needs = []): Line[] {
  return timeline
    .map((entry) => ({ id: entry.decision_id, at: entry.at, text: lineOf(entry, needs), words: wordsOf(entry), other: otherOf(entry) }))
    .filter((line) => line.text !== "" || line.words.length > 0)
    .reverse();
}

function lineOf(entry: TimelineEntry, needs: Needs): string {
  const own = t().own.case;
  if (entry.outcome === "refused") return `${nameOf(entry.by)}: ${own.events.refused(problemWord(entry.reason ?? "conflict"))}`;
  const events = entry.events as readonly Event[];
  const asked = events.filter((one) => one["kind"] === "offer_made");
  const said = aboutNeeds(events, needs).map(sayingOf).filter((one) => one !== "");
  if (asked.length > 0) said.push(`${own.events.requests(asked.length)}: ${f().list(asked.slice(0, 4).map((one) => person(one)))}${asked.length > 4 ? " …" : ""}`);
  // The author stands in front already.
  const whole = [...new Set(said.map((one) => withoutAuthor(one, nameById(entry.by))))].join("; ");
  if (whole === "") return wordsOf(entry).length === 0 ? "" : nameOf(entry.by);
  const heard = entry.heard_by === null ? wayOf(entry) : `, ${own.said(t().words.heardBy[entry.heard_by])}`;
  return isPerson(entry.by) ? `${nameById(entry.by)}: ${whole}${heard}` : `${whole}${heard}`;
}

/** How the person's own words came, if not from the app. */
function wayOf(entry: TimelineEntry): string {
  return entry.way === null ? "" : `, ${t().words.answerWays[entry.way]}`;
}

function withoutAuthor(said: string, by: string): string {
  return said.startsWith(`${by} `) || said.startsWith(`${by}: `) ? said.slice(by.length).replace(/^:? /, "") : said;
}

/** The dispatcher's own steps have no author to name. */
function isPerson(by: string): boolean {
  return by !== "" && !["dispatcher", "system", "timer", "worker", "komek"].includes(by);
}

function nameOf(by: string): string {
  return isPerson(by) ? nameById(by) : t().common.name;
}

function wordsOf(entry: TimelineEntry): string[] {
  const found = new Set<string>();
  if (entry.text) found.add(entry.text);
  for (const event of entry.events as readonly Event[]) {
    for (const holder of [event, event["result"] as Event | null | undefined]) if (holder?.["text"]) found.add(text(holder["text"]));
  }
  return [...found];
}

/** The incident on the other side of a merge. */
export function otherOf(entry: TimelineEntry): string | null {
  if (entry.outcome === "refused") return null;
  for (const event of entry.events as readonly Event[]) {
    if (event["kind"] === "report_adopted") return text(event["other"]) || null;
    if (event["kind"] === "incident_merged") return text(event["into"]) || null;
  }
  return null;
}

type Saying = (event: Event) => string;

const SAYINGS: Readonly<Record<string, Saying>> = {
  incident_reported: () => t().own.case.events.reported,
  incident_updated: (e) => t().own.case.events.updated(list(e["changed"]).map((name) => fieldWord(text(name))).join(", ")),
  incident_closed: (e) => ended(t().own.case.events.closed, e),
  incident_cancelled: (e) => ended(t().own.case.events.cancelled, e),
  incident_reopened: () => t().own.case.events.reopened,
  incident_escalated: (e) => t().own.case.events.escalated(Number(e["alarm_level"])),
  offer_moved: (e) => `${person(e)} ${offerWord(text(e["state"]))}${e["reason"] && e["state"] === "declined" ? ` (${declineWord(text(e["reason"]))})` : ""}`,
  person_reminded: (e) => `${person(e)}: ${t().own.case.events.reminded}`,
  shortfall_found: (e) => t().own.case.events.short(shortfallOf(e), text(e[SKILLS])),
  ladder_stepped: (e) => (e["skipped"] ? "" : t().own.case.events.step(stepWord(text(e["action"])), text(e[SKILLS]))),
  partner_asked: (e) => t().own.case.events.partner(text(e["partner"])),
  help_asked: (e) => `${person(e)}: ${t().own.case.events.help}`,
  distress_raised: (e) => `${person(e)}: ${t().own.case.events.distress}`,
  distress_again: (e) => `${person(e)}: ${t().own.case.events.distress}`,
  safety_stated: (e) => `${person(e)}: ${t().own.case.events.safe}`,
  checked_in: (e) => `${person(e)}: ${t().own.case.events.safe}`,
  note_added: () => t().own.case.events.note,
  hazard_declared: () => t().own.case.events.hazard,
  hazard_warned: (e) => t().own.case.events.warned(list(e["volunteer_ids"]).length + Number(e["beyond"] ?? 0)),
  attention_raised: (e) => attentionWord(text(e["reason"])),
  result_given: (e) => outcomeWord(text((e["result"] as Event | null)?.["outcome"])),
  certainty_changed: (e) => t().own.case.events.certainty(certaintyWord(text(e["certainty"]))),
  incident_merged: () => t().own.case.events.merged,
  incident_unmerged: () => t().own.case.events.unmerged,
  incident_split: (e) => {
    const left = e["not_moved"] as readonly NotMoved[] | undefined;
    return left === undefined || left.length === 0 ? t().own.case.events.split : `${t().own.case.events.split}. ${notMovedText(known.peek()?.incident, left)}`;
  },
  incident_moved: () => t().own.case.events.moved,
  report_adopted: () => t().own.case.events.adopted,
};

const SKILLS = "skills";

/** What happened to several needs alike is one event, with the skills of them all. */
function aboutNeeds(events: readonly Event[], needs: Needs): readonly Event[] {
  const groups = new Map<string, Event[]>();
  for (const [place, event] of events.entries()) {
    const kind = text(event["kind"]);
    const alike = kind === "ladder_stepped" ? text(event["action"]) + text(event["skipped"]) : kind === "shortfall_found" ? shortfallOf(event) : String(place);
    const name = `${kind} ${alike}`;
    groups.set(name, [...(groups.get(name) ?? []), event]);
  }
  return [...groups.values()].map((group) => ({ ...group[0], [SKILLS]: skillsOf(group, needs) }));
}

function skillsOf(events: readonly Event[], needs: Needs): string {
  const found = events.map((event) => needs.find((one) => one.id === event["requirement_id"])?.skill);
  return [...new Set(found)].filter((one) => one !== undefined).map(skillWord).join(", ");
}

const shortfallOf = (event: Event): string => shortfallWord(text((event["shortfall"] as Event | null)?.["reason"]));

function ended(word: string, event: Event): string {
  const codes: Readonly<Partial<Record<string, string>>> = t().own.case.panel.codes;
  const code = text(event["code"]);
  return code === "" ? word : `${word} (${codes[code] ?? code})`;
}

function sayingOf(event: Event): string {
  return SAYINGS[text(event["kind"])]?.(event) ?? "";
}
