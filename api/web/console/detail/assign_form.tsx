// Assigning by hand: a requirement, a person (by name or id, or one of the next of the last search), and a reason where rules speak against.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { f, ruleWord, skillWord } from "../say";
import { type Incident, known } from "../state";
import { t } from "../text";
import { learnNames, nameById } from "../people/names";
import { FormFrame } from "./form_frame";
import { assign, givenPerson, problem } from "./orders";
import { nextPeople } from "./people";
import { type NotMeant, PersonField, type Whom, meantPerson } from "./person_field";

/** Refusals that an operator may overrule with a reason. */
export const OVERRULED = new Set(["rules_against", "off_duty"]);

const chosen = (id: string): Whom => ({ text: nameById(id), id });

export function AssignForm({ of }: { of: Incident }) {
  const text = t().own.case.panel;
  const open = of.requirements.filter((need) => need.settled === null);
  const [need, setNeed] = useState((open.find((one) => one.shortfall > 0) ?? open[0])?.id ?? "");
  const [whom, setWhom] = useState<Whom>({ text: givenPerson.value, id: null });
  const [unmeant, setUnmeant] = useState<NotMeant | null>(null);
  const [reason, setReason] = useState("");
  const against = problem.value !== null && OVERRULED.has(problem.value.code) ? problem.value : null;
  const rules = against?.params.rules ?? (against === null ? [] : [against.code]);
  const next = nextPeople(of, known.value?.decisions ?? [], need);
  const nextIds = next.map((one) => one.volunteerId);
  useEffect(() => void learnNames(nextIds), [nextIds.join()]);
  const among = { incident: of.id, skill: open.find((one) => one.id === need)?.skill ?? "" };
  const isLeft = useRef(false);
  const reasonField = useRef<HTMLInputElement>(null);
  // What is asked now is typed next.
  useLayoutEffect(() => void (against !== null && reasonField.current?.focus()), [against]);
  // A name that the palette was given is looked up as if it were typed here.
  useEffect(() => {
    if (whom.text !== "") void meantPerson(whom, among).then((one) => typeof one !== "string" && !isLeft.current && setWhom((now) => (now === whom ? one : now)));
    return () => void (isLeft.current = true);
  }, []);
  const order = async (): Promise<void> => {
    const one = await meantPerson(whom, among);
    if (isLeft.current) return;
    if (typeof one !== "string") return void assign(one.id, need, reason.trim(), against !== null);
    setUnmeant(one);
    document.querySelector<HTMLElement>("[data-field=person]")?.focus();
  };
  const canSend = need !== "" && (against === null || reason.trim() !== "");
  return (
    <FormFrame
      title={t().own.case.orders.assign}
      send={against === null ? text.send : text.force}
      canSend={canSend}
      {...(against === null ? {} : { lacks: text.reasonMissing })}
      onSend={() => void order()}
    >
      {open.length > 1 && (
        <select class="input" data-field="requirement" aria-label={text.requirement} value={need} onChange={(event) => setNeed(event.currentTarget.value)}>
          {open.map((one) => <option key={one.id} value={one.id}>{skillWord(one.skill)} {one.accepted}/{one.count}</option>)}
        </select>
      )}
      <PersonField
        of={whom}
        among={among}
        label={text.person}
        fault={unmeant}
        onChange={(next) => {
          setWhom(next);
          setUnmeant(null);
          problem.value = null;
        }}
      />
      {next.length > 0 && whom.text.trim() === "" && (
        <div class="next" role="group" aria-label={text.next}>
          <span class="q">{text.next}</span>
          {next.map((one) => (
            <button type="button" class="suggested" key={one.volunteerId} aria-pressed={whom.id === one.volunteerId} onClick={() => [setWhom(chosen(one.volunteerId)), setUnmeant(null)]}>
              <b class="clip" title={one.volunteerId}>{nameById(one.volunteerId)}</b>
              <span>{one.etaS === null ? "" : f().duration(one.etaS)}</span>
              <span>{one.chance === null ? "" : text.chanceOf(f().percent(one.chance))}</span>
            </button>
          ))}
        </div>
      )}
      {against !== null && (
        <>
          <p class="fault" role="alert">{text.forceNeeds(rules.map(ruleWord).join(", "))}</p>
          <input class="input" data-field="reason" maxLength={500} ref={reasonField} aria-label={text.reasonAsked} placeholder={text.reasonAsked} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </>
      )}
    </FormFrame>
  );
}
