// The small forms of the detail: note, end, merge, and why somebody was not asked.
import { useState } from "preact/hooks";
import { ask } from "../../shared/api_client";
import type { components } from "../../shared/api";
import type { Problem } from "../../shared/problem";
import { ProblemText } from "../../shared/parts/problem_text";
import { draft, giveBack, keepDraft } from "../drafts";
import { learnNames, nameAmong, nameById } from "../people/names";
import { calledBy, numberOf } from "../queue/number";
import { placeText } from "../queue/place_text";
import { f, offerWord, ruleWord, typeOf } from "../say";
import { type Incident, rows } from "../state";
import { t } from "../text";
import { atWork } from "./at_work";
import { FormFrame } from "./form_frame";
import { type EndCode, end, merge, note } from "./orders";
import { type NotMeant, PersonField, type Whom, meantPerson } from "./person_field";

export function NoteForm({ id }: { id: string }) {
  const kept = `note ${id}`;
  const [text, setText] = useState(draft(kept));
  const typed = (value: string): void => {
    setText(value);
    keepDraft(kept, value);
  };
  const onSend = async (): Promise<void> => {
    if (await note(text.trim(), () => giveBack(kept, text))) keepDraft(kept, "");
  };
  return (
    <FormFrame title={t().own.case.panel.note} canSend={text.trim() !== ""} onSend={() => void onSend()}>
      <textarea data-first data-field="note" rows={3} maxLength={2000} dir="auto" aria-label={t().own.case.panel.note} value={text} onInput={(event) => typed(event.currentTarget.value)} />
    </FormFrame>
  );
}

const CODES: Readonly<Record<"close" | "cancel", readonly EndCode[]>> = {
  close: ["resolved", "handed_over", "exercise", "other"],
  cancel: ["false_call", "duplicate", "handed_over", "exercise", "other"],
};

export function EndForm({ of, how }: { of: Incident; how: "close" | "cancel" }) {
  const text = t().own.case;
  const still = atWork(of, how === "close" ? text.panel.atWork : text.panel.allStoodDown);
  // A drill ends as one: the first is what a quick hand sends.
  const codes = of.exercise ? ["exercise" as const, ...CODES[how].filter((one) => one !== "exercise")] : CODES[how];
  const [code, setCode] = useState<EndCode>(codes[0] ?? "other");
  const [reason, setReason] = useState("");
  return (
    <FormFrame
      title={how === "close" ? text.panel.closeTitle : text.panel.cancelTitle}
      action={how === "close" ? "close-incident" : "cancel-incident"}
      send={text.orders[how]}
      canSend
      onSend={() => void end(how, code, reason.trim())}
    >
      {still !== null && <p data-at-work>{still}</p>}
      <div class="choices" role="radiogroup" aria-label={how === "close" ? text.panel.closeTitle : text.panel.cancelTitle}>
        {codes.map((one) => (
          <label key={one} class="choice">
            <input type="radio" name={`end ${of.id}`} value={one} checked={code === one} {...(one === codes[0] ? { "data-first": true } : {})} onChange={() => setCode(one)} />
            {text.panel.codes[one]}
          </label>
        ))}
      </div>
      <input class="input" data-field="reason" maxLength={500} dir="auto" placeholder={text.panel.reason} aria-label={text.panel.reason} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
    </FormFrame>
  );
}

export function MergeForm({ of }: { of: Incident }) {
  const text = t().own.case;
  const still = atWork(of, text.panel.atWork);
  const [typed, setTyped] = useState("");
  const wanted = typed.trim();
  const [one, another] = calledBy([...rows.value.values()].filter((row) => row.id !== of.id), wanted);
  const into = another === undefined ? one : undefined;
  const said =
    wanted === "" ? null : one === undefined ? text.panel.unknownIncident : into === undefined ? text.panel.severalIncidents : `${numberOf(one)} ${typeOf(one)}, ${placeText(one)}`;
  return (
    <FormFrame title={text.panel.mergeTitle} send={text.orders.merge} canSend={into !== undefined} lacks={said ?? text.panel.into} onSend={() => into !== undefined && void merge(into.id)}>
      <input class="input" data-first data-field="into" aria-label={text.panel.into} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      {said !== null && <p class="q" role="status">{said}</p>}
      {still !== null && <p data-at-work>{still}</p>}
    </FormFrame>
  );
}

type Shown = components["schemas"]["WhyShown"];

export function WhyForm({ of }: { of: Incident }) {
  const text = t().own.case;
  const [whom, setWhom] = useState<Whom>({ text: "", id: null });
  const among = { incident: of.id, skill: null };
  const [found, setFound] = useState<(Shown & { readonly chosen: string }) | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [unmeant, setUnmeant] = useState<NotMeant | null>(null);
  const look = async (): Promise<void> => {
    const one = await meantPerson(whom, among);
    setUnmeant(typeof one === "string" ? one : null);
    if (typeof one === "string") return;
    const answer = await ask("get", "/v1/incidents/{incident_id}/why", { path: { incident_id: of.id }, query: { volunteer_id: one.id } });
    setFound(answer.ok ? { ...answer.data, chosen: one.text } : null);
    if (answer.ok) void learnNames(peopleOf(answer.data));
    setProblem(answer.ok ? null : answer.problem);
  };
  return (
    <FormFrame title={text.whyNot} canSend={whom.text.trim() !== ""} onSend={() => void look()}>
      <PersonField
        of={whom}
        among={among}
        label={text.whyAsk}
        fault={unmeant}
        onChange={(next) => {
          setWhom(next);
          setUnmeant(null);
        }}
      />
      <ProblemText of={problem} />
      {found !== null && <p role="status">{sentence(found, found.chosen)}</p>}
    </FormFrame>
  );
}

const BEFORE_AT_MOST = 5;

function peopleOf(found: Shown): string[] {
  return [found.volunteer_id ?? "", ...found.facts.flatMap((fact) => (fact.before ?? []).slice(0, BEFORE_AT_MOST))].filter(Boolean);
}

/** From the facts, in the reader's language; the server's own text is English. `chosen`: the person as the field names them. */
function sentence(found: Shown, chosen: string): string {
  const text = t().own.case;
  const verdicts: Readonly<Partial<Record<string, string>>> = text.whyVerdicts;
  const people = peopleOf(found).map((one) => ({ volunteer_id: one, label: nameById(one) }));
  const id = found.volunteer_id ?? "";
  // Of people who share a name the field tells the id as well.
  const said = [`${chosen.endsWith(id) ? chosen : nameById(id)}: ${verdicts[found.verdict] ?? found.verdict}`];
  for (const fact of found.facts) {
    if (fact.rank != null) said.push(text.rank(fact.rank));
    if (fact.before != null && fact.before.length > 0) said.push(text.before(fact.before.slice(0, BEFORE_AT_MOST).map((one) => nameAmong(people, one)).join(", ")));
    said.push(...(fact.moves ?? []).map((move) => `${offerWord(move.state)} ${f().time(move.at)}`));
    if (fact.code === "excluded" && fact.reason != null) said.push(ruleWord(fact.reason));
    if (fact.chance != null) said.push(text.panel.chanceOf(f().percent(fact.chance)));
  }
  return [...new Set(said)].join(", ");
}
