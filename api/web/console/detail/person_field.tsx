// Whom an order is about: people whose id or label begins with what is typed, the nearest first. Arrows and Enter choose, as in the report.
import { useEffect, useId, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { Combobox } from "../report/combobox";
import { folded } from "../report/matching";
import "../report/report.css";
import { f } from "../say";

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

function choosable(people: readonly Person[], { skill }: Among): Person[] {
  const far = (one: Person): number => one.distance_m ?? Infinity;
  const free = people.filter((one) => skill === null || one.engaged_in === null);
  return free.sort((a, b) => far(a) - far(b) || (a.id < b.id ? -1 : 1)).slice(0, SHOWN);
}

async function lookUp(q: string, among: Among, signal?: AbortSignal): Promise<Person[]> {
  const found: Person[] = [];
  const wanted = among.skill === null ? {} : ({ skill: among.skill, on_duty: "true" } as const);
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && found.length < SHOWN; page++) {
    const query = { q, incident: among.incident, limit: 50, ...wanted, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await ask("get", "/v1/volunteers", { query, ...(signal === undefined ? {} : { signal }) });
    if (!answer.ok) break;
    found.push(...answer.data.items);
    if (answer.data.next === null) break;
    cursor = answer.data.next;
  }
  return choosable(found, among);
}

/** A name that only one person has needs no choice. The beginning of an id does: `v-1` is not `v-10`. */
export function onlyNamed(typed: string, people: readonly Person[]): string | null {
  const exact = people.find((one) => one.id === typed.trim());
  if (exact !== undefined) return exact.id;
  const wanted = folded(typed);
  const [only, another] = people.filter((one) => one.label != null && wanted !== "" && folded(one.label).startsWith(wanted));
  return only !== undefined && another === undefined ? only.id : null;
}

/** The id to send: what was chosen, or whoever the text names; otherwise the text itself, about which the answer tells the reason. */
export async function meantPerson({ text, id }: Whom, among: Among): Promise<string> {
  return id ?? onlyNamed(text, await lookUp(text.trim(), among)) ?? text.trim();
}

interface Props {
  readonly of: Whom;
  readonly among: Among;
  readonly label: string;
  onChange(whom: Whom): void;
}

export function PersonField({ of, among, label, onChange }: Props) {
  const id = useId();
  const [people, setPeople] = useState<readonly Person[]>([]);
  const wanted = of.id === null ? of.text.trim() : "";
  useEffect(() => {
    setPeople([]);
    if (wanted === "") return;
    const stop = new AbortController();
    const timer = setTimeout(() => void lookUp(wanted, among, stop.signal).then((found) => !stop.signal.aborted && setPeople(found)), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, among.skill, among.incident]);
  const options = people.map((one) => ({ key: one.id, label: <><b data-person={one.id} title={one.id}>{one.label ?? one.id}</b><span>{one.distance_m === null ? "" : f().distance(one.distance_m)}</span></> }));
  const pick = (key: string): void => onChange({ text: people.find((one) => one.id === key)?.label ?? key, id: key });
  return (
    <div>
      <label class="visually-hidden" id={id} for={`${id}-input`}>{label}</label>
      <Combobox isFirst field="person" text={of.text} options={options} placeholder={label} isChosen={of.id !== null} fault={null} labelId={id} onText={(text) => onChange({ text, id: null })} onPick={pick} />
    </div>
  );
}
