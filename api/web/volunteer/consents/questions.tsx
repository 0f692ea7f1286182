// On the home screen of the first visit: each consent is asked by itself, and none has to be answered now.
import { useEffect } from "preact/hooks";
import { now } from "../../shared/clock";
import { ProblemText } from "../../shared/parts/problem_text";
import { type Consent, answerConsent, askLater, consentProblem, openQuestions, readConsents } from "./answers";
import { TEXTS } from "./text";
import "./questions.css";

export async function loadConsentQuestions() {
  await TEXTS.load();
  return ConsentQuestions;
}

function ConsentQuestions({ id }: { id: string }) {
  useEffect(() => void readConsents(id), [id]);
  // One at a time: its answers stand above the thumb, where the duty is switched.
  const [next] = openQuestions(now.value);
  if (next === undefined) return null;
  const { ask } = TEXTS.read();
  return (
    <section class="questions" aria-labelledby="questions-title">
      <header>
        <h2 id="questions-title">{ask.title}</h2>
        <button type="button" class="button" data-action="consents-later" onClick={() => askLater(id)}>{ask.later}</button>
      </header>
      <Question key={next} id={id} name={next} />
      <ProblemText of={consentProblem.value} />
    </section>
  );
}

function Question({ id, name }: { id: string; name: Consent }) {
  const { ask } = TEXTS.read();
  return (
    <div class="question" role="group" aria-labelledby={`ask-${name}`}>
      <p id={`ask-${name}`}><strong>{ask[name]}</strong></p>
      <div class="pair">
        <button type="button" class="button" data-action={`consent-${name}-yes`} onClick={() => void answerConsent(id, name, true)}>{ask.yes}</button>
        <button type="button" class="button" data-action={`consent-${name}-no`} onClick={() => void answerConsent(id, name, false)}>{ask.no}</button>
      </div>
      <p class="more">{ask[`${name}More`]} {ask.change}</p>
    </div>
  );
}
