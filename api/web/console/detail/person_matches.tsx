// People whose id or label begins with what is typed, for the assignment by hand: the nearest first, whoever is at work last.
import { useEffect, useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import { f } from "../say";
import { t } from "../text";

type Person = components["schemas"]["ListedPerson"];
const PAUSE_MS = 200;
const SHOWN = 5;
/** Pages of one look-up: each examines at most 500 people. */
const PAGES = 4;

/** The ids that fit, without people who hold other work, who are never asked. */
export function choosable(people: readonly Person[]): Person[] {
  const far = (one: Person): number => one.distance_m ?? Infinity;
  return people.filter((one) => one.engaged_in === null).sort((a, b) => far(a) - far(b) || (a.id < b.id ? -1 : 1)).slice(0, SHOWN);
}

async function lookUp(q: string, skill: string, incident: string, signal: AbortSignal): Promise<Person[]> {
  const found: Person[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && found.length < SHOWN; page++) {
    const query = { q, skill, incident, on_duty: "true", limit: 50, ...(cursor === undefined ? {} : { cursor }) } as const;
    const answer = await ask("get", "/v1/volunteers", { query, signal });
    if (!answer.ok) break;
    found.push(...answer.data.items);
    if (answer.data.next === null) break;
    cursor = answer.data.next;
  }
  return choosable(found);
}

interface Props {
  readonly typed: string;
  readonly skill: string;
  readonly incident: string;
  readonly onChoose: (id: string) => void;
}

export function PersonMatches({ typed, skill, incident, onChoose }: Props) {
  const text = t().own.case.panel;
  const [people, setPeople] = useState<readonly Person[]>([]);
  const wanted = typed.trim();
  useEffect(() => {
    setPeople([]);
    if (wanted === "") return;
    const stop = new AbortController();
    const timer = setTimeout(() => void lookUp(wanted, skill, incident, stop.signal).then((found) => !stop.signal.aborted && setPeople(found)), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, skill, incident]);
  const shown = people.filter((one) => one.id !== wanted);
  if (shown.length === 0) return null;
  return (
    <div class="next" role="group" aria-label={text.matches}>
      <span class="q">{text.matches}</span>
      {shown.map((one) => (
        <button type="button" class="btn" data-person={one.id} key={one.id} onClick={() => onChoose(one.id)}>
          <b>{one.label ?? one.id}</b>
          <span>{one.distance_m === null ? "" : f().distance(one.distance_m)}</span>
        </button>
      ))}
    </div>
  );
}
