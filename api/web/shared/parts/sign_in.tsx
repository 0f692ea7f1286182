// Signing in by a one-time link or its code. A tap spends it, never the loading of the page: previews of links load pages.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SignInTexts } from "../messages/sign_in/shape";
import type { Problem } from "../problem";
import { codeInAddress, forgetCode, signIn } from "../session";
import { ProblemText } from "./problem_text";

/** `again`: the session has ended while something was typed. */
export function SignIn({ text, again = false }: { text: SignInTexts; again?: boolean }) {
  const code = useSignal(codeInAddress());
  const typed = useSignal("");
  const working = useSignal(false);
  const problem = useSignal<Problem | null>(null);

  useEffect(() => {
    // A second link that is opened in the same tab changes the fragment only.
    const look = (): void => void (code.value = codeInAddress());
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  }, []);

  async function spend(given: string): Promise<void> {
    if (working.value || given === "") return;
    working.value = true;
    problem.value = await signIn(given);
    working.value = false;
    // While nobody answered the same link may be tried again.
    if (problem.value === null || !problem.value.mayRepeat) {
      forgetCode();
      code.value = null;
    }
  }

  return (
    <section class="sign-in" aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">{text.title}</h1>
      {again && <p>{text.again}</p>}
      {code.value !== null ? (
        <>
          <p>{text.byLink}</p>
          <button type="button" class="button main" data-action="sign-in" disabled={working.value} onClick={() => void spend(code.value ?? "")}>
            {working.value ? text.working : text.tap}
          </button>
        </>
      ) : (
        <>
          <p>{text.ask}</p>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void spend(typed.value.trim());
            }}
          >
            <label for="sign-in-code">{text.byCode}</label>
            <input
              id="sign-in-code"
              class="field"
              data-field="code"
              autocomplete="one-time-code"
              autocapitalize="off"
              spellcheck={false}
              value={typed}
              onInput={(event) => (typed.value = event.currentTarget.value)}
            />
            <button type="submit" class="button main" data-action="sign-in" disabled={working.value}>
              {working.value ? text.working : text.tap}
            </button>
          </form>
        </>
      )}
      <ProblemText of={problem.value} />
    </section>
  );
}
