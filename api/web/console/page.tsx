// The page as a whole: sign-in, or the console. A session that ends keeps the console with everything that is typed in it.
import { useEffect, useState } from "preact/hooks";
import { deployment } from "../shared/deployment";
import { LanguageSwitch } from "../shared/parts/language_switch";
import { LiveRegions } from "../shared/parts/live_regions";
import { ProblemText } from "../shared/parts/problem_text";
import { SignIn } from "../shared/parts/sign_in";
import { codeInAddress, forgetCode, readSession, session, sessionProblem, signOut } from "../shared/session";
import { MAP_PAGE } from "./addresses";
import { DrillMark } from "./drill_mark";
import { Desk } from "./shell/desk";
import { MapPage, shareSelection } from "./shell/map_page";
import "./style/console.css";
import { t } from "./text";

const isMapPage = location.pathname === MAP_PAGE;
const ROLES = new Set(["operator", "admin"]);

export function Page() {
  const state = session.value;
  const [wasIn, setWasIn] = useState(false);
  // A link that was opened where somebody is signed in: whose shift goes on is for the person to say.
  const [isAsked, setIsAsked] = useState(codeInAddress() !== null);
  const hasRole = state.kind === "signed-in" && ROLES.has(state.session.role);
  const isIn = hasRole && !isAsked;
  useEffect(() => {
    if (isIn) setWasIn(true);
  }, [isIn]);
  // By another session the link is spent; that of before is read without it.
  useEffect(() => void (codeInAddress() === null && setIsAsked(false)), [state]);
  useEffect(shareSelection, []);
  useEffect(() => void (document.title = `${t().common.name}: ${t().own.title}`), [t()]);
  return (
    <>
      {isIn || (wasIn && state.kind === "signed-out") ? isMapPage ? <MapPage /> : <Desk /> : <Door goOn={hasRole ? () => (forgetCode(), setIsAsked(false)) : null} />}
      <ExerciseMark />
      <LiveRegions />
    </>
  );
}

/** Over everything, under every pointer: who looks at any part of an exercise must not take it for an emergency. */
function ExerciseMark() {
  if (deployment.value?.exercise !== true) return null;
  return <DrillMark isWhole />;
}

/** `goOn`: for whoever may work here and opened a link all the same; null: nobody who may is signed in. */
function Door({ goOn }: { goOn: (() => void) | null }) {
  const state = session.value;
  const { common, own, words } = t();
  // Whoever opens a link goes on by Enter.
  useEffect(() => document.querySelector<HTMLElement>(".door [data-field=code], .door [data-action=sign-in]")?.focus(), [state.kind]);
  const roles: Readonly<Partial<Record<string, string>>> = words.roles;
  return (
    <main class="door" data-stale={state.kind === "unknown" ? "true" : "false"}>
      {state.kind === "signed-out" && <SignIn text={t().common.signIn} />}
      {/* A link that was opened here signs in whoever it was made for, without ending the other's session first. */}
      {state.kind === "signed-in" && codeInAddress() !== null && <SignIn text={t().common.signIn} />}
      {state.kind === "signed-in" && (
        <div class="sign-in">
          <h1>{own.title}</h1>
          <p><strong>{common.signIn.who(state.session.id, roles[state.session.role] ?? state.session.role)}</strong></p>
          {goOn === null ? <p>{common.signIn.wrongRole}</p> : <button type="button" class="button" data-action="go-on" onClick={goOn}>{own.goOn(state.session.id)}</button>}
          <button type="button" class="button" data-action="sign-out" onClick={() => void signOut()}>{common.signIn.out}</button>
        </div>
      )}
      {state.kind === "unknown" && (
        <div class="sign-in">
          <h1>{own.title}</h1>
          <p role="status">{sessionProblem.value === null ? common.loading : null}</p>
          <ProblemText of={sessionProblem.value} />
          {sessionProblem.value !== null && <button type="button" class="button" onClick={() => void readSession()}>{common.actions.retry}</button>}
        </div>
      )}
      <div class="sign-in"><LanguageSwitch /></div>
    </main>
  );
}
