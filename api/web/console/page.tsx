// The page as a whole: sign-in, or what is known of the session and the stream.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { LanguageSwitch } from "../shared/parts/language_switch";
import { LiveRegions } from "../shared/parts/live_regions";
import { ProblemText } from "../shared/parts/problem_text";
import { SignIn } from "../shared/parts/sign_in";
import { StaleBand } from "../shared/parts/stale_band";
import { readSession, session, sessionProblem, signOut } from "../shared/session";
import { LiveStream } from "../shared/stream";
import { t } from "./text";

const received = signal(0);

function Signed() {
  const [stream, setStream] = useState<LiveStream | null>(null);
  useEffect(() => {
    const opened = new LiveStream({
      onEvent: () => void (received.value += 1),
      onReset: () => undefined,
      onEnd: () => void readSession(),
    });
    setStream(opened);
    return () => opened.close();
  }, []);
  if (session.value.kind !== "signed-in" || stream === null) return null;
  const { common, words, own } = t();
  const { id, role, expires_at } = session.value.session;
  const roles: Readonly<Partial<Record<string, string>>> = words.roles;
  return (
    <main data-stale={stream.state.value.isStale ? "true" : "false"}>
      <StaleBand stream={stream} />
      <div class="sign-in">
        <h1>{own.title}</h1>
        <p>{common.signIn.who(id, roles[role] ?? role)}</p>
        <p class="quiet">{common.signIn.until(expires_at)}</p>
        <p>
          {own.connection}: {stream.state.value.isStale ? common.stream.connecting : common.stream.live}
        </p>
        <p>{own.events(received.value)}</p>
        <p class="quiet">{own.notHere}</p>
        <LanguageSwitch />
        <button type="button" class="button" data-action="sign-out" onClick={() => void signOut()}>{common.signIn.out}</button>
      </div>
    </main>
  );
}

export function Page() {
  const state = session.value;
  return (
    <>
      {state.kind === "signed-in" && <Signed />}
      {state.kind === "signed-out" && <main data-stale="false"><SignIn /><div class="sign-in"><LanguageSwitch /></div></main>}
      {state.kind === "unknown" && (
        <main data-stale="true">
          <div class="sign-in">
            <h1>{t().own.title}</h1>
            <p role="status">{sessionProblem.value === null ? t().common.loading : null}</p>
            <ProblemText of={sessionProblem.value} />
            {sessionProblem.value !== null && (
              <button type="button" class="button" onClick={() => void readSession()}>{t().common.actions.retry}</button>
            )}
            <LanguageSwitch />
          </div>
        </main>
      )}
      <LiveRegions />
    </>
  );
}
