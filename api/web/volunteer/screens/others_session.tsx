// The session of this browser is none of a volunteer: whose it is, and what waits here for somebody else.
import { LanguageSwitch } from "../../shared/parts/language_switch";
import { SignIn } from "../../shared/parts/sign_in";
import { codeInAddress, signOut } from "../../shared/session";
import type { Session } from "../device";
import { AnswersLeft } from "../parts/answers_left";
import { t } from "../text";
import { FIRST } from "./first_text";
import "./first.css";

export function OthersSession({ session: { id, role } }: { session: Session }) {
  const { words } = t();
  const { signIn } = FIRST.read();
  const roles: Readonly<Partial<Record<string, string>>> = words.roles;
  return (
    <main data-stale="false">
      <article class="screen first" data-session={role}>
        <p class="brand">Komek</p>
        <LanguageSwitch />
        <h1>{signIn.who(id, roles[role] ?? role)}</h1>
        <p>{signIn.wrongRole}</p>
        <AnswersLeft />
        {codeInAddress() !== null && <SignIn text={signIn} />}
        <button type="button" class="button" data-action="sign-out" onClick={() => void signOut()}>{signIn.out}</button>
      </article>
    </main>
  );
}
