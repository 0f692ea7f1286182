// Whom an order is about: people whose id or label begins with what is typed, the nearest first. Arrows and Enter choose, as in the report.
import { useEffect, useId, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { nameAmong } from "../people/names";
import { Combobox } from "../report/combobox";
import { folded } from "../report/matching";
import "../report/report.css";
import { f, skillWord } from "../say";
import { t } from "../text";

export type Person = components["schemas"]["ListedPerson"];
const PAUSE_MS = 200;
const SHOWN = 5;
/** Pages of one look-up: each examines at most 500 people. */
const PAGES = 4;

/** `id`: chosen by the operator; null while there is text only. */
export interface Whom {
  readonly text: string;
  readonly id: string | null;
}

/** `skill`: of the requirement, among people on duty without other work, who alone are asked. Null: everybody. */
export interface Among {
  readonly incident: string;
  readonly skill: string | null;
}

/** Why a text is no person. */
export type NotMeant = "missing" | "nobody" | "several";

function choosable(q: string, people: readonly Person[], { skill }: Among): Person[] {
  const far = (one: Person): number => (one.id === q ? -1 : (one.about_km ?? Infinity));
  const free = people.filter((one) => skill === null || one.engaged_in === null);
  return free.sort((a, b) => far(a) - far(b) || (a.id < b.id ? -1 : 1)).slice(0, SHOWN);
}

/** Null: nobody answered. */
async function lookUp(q: string, among: Among, signal?: AbortSignal): Promise<Person[] | null> {
  const found: Person[] = [];
  const wanted = among.skill === null ? {} : ({ skill: among.skill, on_duty: "true" } as const);
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && found.length < SHOWN; page++) {
    const query = { q, incident: among.incident, limit: 50, ...wanted, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await ask("get", "/v1/volunteers", { query, ...(signal === undefined ? {} : { signal }) });
    if (!answer.ok && page === 0) return null;
    if (!answer.ok) break;
    found.push(...answer.data.items);
    if (answer.data.next === null) break;
    cursor = answer.data.next;
  }
  return choosable(q, found, among);
}

/** A name that only one person has needs no choice. The beginning of an id does: `v-1` is not `v-10`. */
export function onlyNamed(typed: string, people: readonly Person[]): string | null {
  const exact = people.find((one) => one.id === typed.trim());
  if (exact !== undefined) return exact.id;
  const wanted = folded(typed);
  const [only, another] = people.filter((one) => one.label != null && wanted !== "" && ` ${folded(one.label)}`.includes(` ${wanted}`));
  return only !== undefined && another === undefined ? only.id : null;
}

/** Whoever was chosen, or whom the text can only mean. Anybody by the whole id: for somebody whom rules speak against there is a reason to give. */
export async function meantPerson({ text, id }: Whom, among: Among): Promise<(Whom & { readonly id: string }) | NotMeant> {
  const wanted = text.trim();
  if (id !== null) return { text, id };
  if (wanted === "") return "missing";
  const found = await lookUp(wanted, among);
  // The order is answered with what is wrong.
  if (found === null) return { text, id: wanted };
  const only = onlyNamed(wanted, found);
  const anybody = only !== null || among.skill === null ? found : ((await lookUp(wanted, { ...among, skill: null })) ?? []);
  const meant = anybody.find((one) => one.id === (only ?? wanted));
  if (meant !== undefined) return { text: meant.label ?? meant.id, id: meant.id };
  return found.length === 0 ? "nobody" : "several";
}

function wordFor(why: NotMeant, { skill }: Among): string {
  const text = t().own.case.panel;
  return why === "missing" ? text.personMissing : why === "several" ? text.severalNamed : skill === null ? text.nobodyNamed : text.nobodyFree;
}

const SKILLS_TOLD = 3;

/** The name; of people who share one also what tells them apart: their ids, and what they can do. */
const named = (one: Person, people: readonly Person[]): string => nameAmong(people.map(({ id, label }) => ({ volunteer_id: id, label })), one.id);

function about(one: Person, people: readonly Person[]): string {
  const skills = named(one, people) === (one.label ?? one.id) ? [] : one.skills.slice(0, SKILLS_TOLD).map(skillWord);
  const distance = one.about_km === null ? [] : [t().own.case.panel.upTo(f().distance(1000 * one.about_km))];
  return [...skills, ...distance].join(", ");
}

interface Props {
  readonly of: Whom;
  readonly among: Among;
  readonly label: string;
  /** Said at the field, when an order could not be sent for it. */
  readonly fault: NotMeant | null;
  onChange(whom: Whom): void;
}

export function PersonField({ of, among, label, fault, onChange }: Props) {
  const id = useId();
  const [people, setPeople] = useState<readonly Person[] | null>(null);
  const wanted = of.id === null ? of.text.trim() : "";
  useEffect(() => {
    setPeople(null);
    if (wanted === "") return;
    const stop = new AbortController();
    const timer = setTimeout(() => void lookUp(wanted, among, stop.signal).then((found) => !stop.signal.aborted && setPeople(found)), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, among.skill, among.incident]);
  const shown = people ?? [];
  const options = shown.map((one) => ({ key: one.id, label: <><b data-person={one.id} title={one.id}>{named(one, shown)}</b><span>{about(one, shown)}</span></> }));
  const pick = (key: string): void => {
    const one = shown.find(({ id }) => id === key);
    onChange({ text: one === undefined ? key : named(one, shown), id: key });
  };
  return (
    <div>
      <label class="visually-hidden" id={id} for={`${id}-input`}>{label}</label>
      <Combobox isFirst field="person" text={of.text} options={options} placeholder={label} isChosen={of.id !== null} fault={fault === null ? null : wordFor(fault, among)} labelId={id} onText={(text) => onChange({ text, id: null })} onPick={pick} />
      {fault === null && wanted !== "" && people?.length === 0 && <p class="q" role="status">{wordFor("nobody", among)}</p>}
    </div>
  );
}
