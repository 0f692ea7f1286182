// Assigning by hand: a requirement, a person (by id, or one of the next of the last search), and a reason where rules speak against.
import { useState } from "preact/hooks";
import { f, ruleWord, skillWord } from "../say";
import { type Incident, known } from "../state";
import { t } from "../text";
import { FormFrame } from "./form_frame";
import { assign, givenPerson, problem } from "./orders";
import { nextPeople } from "./people";
import { PersonMatches } from "./person_matches";

/** Refusals that an operator may overrule with a reason. */
export const OVERRULED = new Set(["rules_against", "off_duty"]);

export function AssignForm({ of }: { of: Incident }) {
  const text = t().own.case.panel;
  const open = of.requirements.filter((need) => need.settled === null);
  const [need, setNeed] = useState((open.find((one) => one.shortfall > 0) ?? open[0])?.id ?? "");
  const [person, setPerson] = useState(givenPerson.value);
  const [reason, setReason] = useState("");
  const against = problem.value !== null && OVERRULED.has(problem.value.code) ? problem.value : null;
  const rules = against?.params.rules ?? (against === null ? [] : [against.code]);
  const next = nextPeople(of, known.value?.decisions ?? [], need);
  const canSend = person.trim() !== "" && need !== "" && (against === null || reason.trim() !== "");
  return (
    <FormFrame
      title={t().own.case.orders.assign}
      send={against === null ? text.send : text.force}
      canSend={canSend}
      onSend={() => void assign(person.trim(), need, reason.trim(), against !== null)}
    >
      {open.length > 1 && (
        <select class="input" data-field="requirement" aria-label={text.requirement} value={need} onChange={(event) => setNeed(event.currentTarget.value)}>
          {open.map((one) => <option key={one.id} value={one.id}>{skillWord(one.skill)} {one.accepted}/{one.count}</option>)}
        </select>
      )}
      <input
        class="input"
        data-first
        data-field="person"
        autocomplete="off"
        spellcheck={false}
        placeholder={text.person}
        aria-label={text.person}
        value={person}
        onInput={(event) => {
          setPerson(event.currentTarget.value);
          problem.value = null;
        }}
      />
      <PersonMatches typed={person} skill={open.find((one) => one.id === need)?.skill ?? ""} incident={of.id} onChoose={setPerson} />
      {next.length > 0 && person.trim() === "" && (
        <div class="next" role="group" aria-label={text.next}>
          <span class="q">{text.next}</span>
          {next.map((one) => (
            <button type="button" class="suggested" key={one.volunteerId} aria-pressed={person === one.volunteerId} onClick={() => setPerson(one.volunteerId)}>
              <b>{one.volunteerId}</b>
              <span>{one.etaS === null ? "" : f().duration(one.etaS)}</span>
              <span>{one.chance === null ? "" : text.chanceOf(f().percent(one.chance))}</span>
            </button>
          ))}
        </div>
      )}
      {against !== null && (
        <>
          <p class="fault">{text.forceNeeds(rules.map(ruleWord).join(", "))}</p>
          <input class="input" data-field="reason" maxLength={500} aria-label={text.reason} placeholder={text.reason} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </>
      )}
    </FormFrame>
  );
}
