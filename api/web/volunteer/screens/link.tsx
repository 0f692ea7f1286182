// One offer, opened by a link without a session: the same screens as in the app, and nothing besides them.
import { useEffect } from "preact/hooks";
import { LanguageSwitch } from "../../shared/parts/language_switch";
import { ProblemText } from "../../shared/parts/problem_text";
import { SignIn } from "../../shared/parts/sign_in";
import { follow, linkProblem, linkState } from "../link";
import { DangerLine } from "../parts/danger_line";
import { Icon } from "../parts/icon";
import { later } from "../parts/later";
import { OutboxList } from "../parts/outbox_list";
import { link, view } from "../state";
import { t } from "../text";
import { DistressScreen, asking } from "./distress";
import { FIRST } from "./first_text";
import "./first.css";
import { OfferScreen } from "./offer";

const WorkScreen = later(async () => (await import("./work")).loadWork());
const DigitalScreen = later(async () => (await import("./digital")).loadDigital());
const ThanksScreen = later(async () => (await import("./thanks")).loadThanks());
const EndedScreen = later(async () => (await import("./ended")).loadEnded());

/** `own`: whose session this browser has. The app shows the offers of its own person itself. */
export function LinkPage({ token, own }: { token: string; own: string | null }) {
  useEffect(() => follow(token, own, leave), [token, own]);
  const isStale = linkState.value === "away" || linkState.value === "opening";
  return (
    <main class="app" data-link={linkState.value} data-stale={isStale ? "true" : "false"}>
      {linkState.value === "away" && <p class="band doubt" role="status"><Icon of="offline" /><ProblemText of={linkProblem.value} /></p>}
      <DangerLine />
      <Screen />
    </main>
  );
}

function leave(): void {
  // The token must not stay in the history.
  history.replaceState(null, "", location.pathname);
  link.value = null;
}

function Screen() {
  const present = view.value;
  if (linkState.value === "ended") return <Over />;
  if (asking.value !== null) return <DistressScreen id="" />;
  if (present.kind === "offer") return <OfferScreen offer={present.offer} standing={present.standing} />;
  if (present.kind === "work") return <WorkScreen offer={present.offer} standing={present.standing} />;
  if (present.kind === "digital") return <DigitalScreen offer={present.offer} standing={present.standing} />;
  if (present.kind === "thanks") return <ThanksScreen offer={present.offer} standing={present.standing} id={null} />;
  if (present.kind === "ended") return <EndedScreen ended={present.ended} />;
  return linkState.value === "opening" ? <p class="calm" role="status">{t().common.loading}</p> : <Over />;
}

/** Nothing is left to answer. Everything else is behind the login. */
function Over() {
  const { words } = t();
  return (
    <article class="screen first">
      <p class="brand">Komek</p>
      <LanguageSwitch />
      <section class="calm grow" role="status">
        <p class="lead">{words.problems.link_ended}</p>
        <p class="pair-line"><Icon of="phone" /><span>{FIRST.read().yourself}</span></p>
      </section>
      <OutboxList />
      <SignIn text={FIRST.read().signIn} />
    </article>
  );
}
