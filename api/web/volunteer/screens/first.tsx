// The first screen: the language before anything else, what Komek is, and signing in.
import { LanguageSwitch } from "../../shared/parts/language_switch";
import { SignIn } from "../../shared/parts/sign_in";
import { AnswersLeft } from "../parts/answers_left";
import { Icon } from "../parts/icon";
import { FIRST } from "./first_text";
import "./first.css";

export function First({ again = false }: { again?: boolean }) {
  const first = FIRST.read();
  return (
    <article class="screen first">
      <p class="brand">Komek</p>
      <LanguageSwitch />
      <section class="calm grow">
        <p class="lead">{first.lead}</p>
        <p class="more">{first.choice}</p>
        <p class="pair-line"><Icon of="phone" /><span>{first.yourself}</span></p>
      </section>
      <AnswersLeft />
      <SignIn text={first.signIn} again={again} />
    </article>
  );
}
