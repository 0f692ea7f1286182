// The volunteer's page: sign-in, or the one screen that matters now.
import { useEffect } from "preact/hooks";
import { place } from "./address";
import { announce, isDrill } from "./announcements";
import { LanguageSwitch } from "../shared/parts/language_switch";
import { LiveRegions } from "../shared/parts/live_regions";
import { ProblemText } from "../shared/parts/problem_text";
import { SendingLine } from "../shared/parts/sending_line";
import { StaleBand } from "../shared/parts/stale_band";
import { type SessionState, readSession, session, sessionProblem } from "../shared/session";
import type { Session } from "./device";
import type { View } from "./jobs";
import { GroundsWatch } from "./grounds/later";
import { DangerLine } from "./parts/danger_line";
import { Icon } from "./parts/icon";
import { later, loadLater } from "./parts/later";
import { sharePosition } from "./position";
import { DistressScreen, asking } from "./screens/distress";
import { Home } from "./screens/home";
import { RescueWatch } from "./rescue/later";
import { FIRST } from "./screens/first_text";
import { OfferScreen } from "./screens/offer";
import { isPlaceWanted, lastSession, link, offlineSince, open, stream, view, waiting } from "./state";
import { t } from "./text";
import "./volunteer.css";

// Shown only when the server has said that nobody is signed in, so the network is there.
const First = later(async () => (await withFirst(import("./screens/first"))).First);
const OthersSession = later(async () => (await withFirst(import("./screens/others_session"))).OthersSession);
const WorkScreen = later(async () => (await import("./screens/work")).loadWork());
const DigitalScreen = later(async () => (await import("./screens/digital")).loadDigital());
const EndedScreen = later(async () => (await import("./screens/ended")).loadEnded());
const ThanksScreen = later(async () => (await import("./screens/thanks")).loadThanks());
const History = later(async () => (await import("./screens/history")).loadHistory());
const LinkPage = later(async () => (await withFirst(import("./screens/link"))).LinkPage);
const Notices = later(async () => (await import("./screens/notices")).loadNotices());
const Settings = later(async () => (await import("./screens/settings")).loadSettings());

/** Screen and texts are asked for at once: on a slow network one after the other would be one round trip later. */
async function withFirst<Screen>(screen: Promise<Screen>): Promise<Screen> {
  return (await Promise.all([screen, FIRST.load()]))[0];
}

export function Page() {
  return (
    <>
      <Content />
      <SendingLine text={t().common.sending} />
      <LiveRegions />
    </>
  );
}

function Content() {
  const state = session.value;
  const isAsked = state.kind !== "unknown" || sessionProblem.value !== null;
  if (link.value !== null && isAsked) return <LinkPage token={link.value} own={ownId(state)} />;
  if (state.kind === "signed-in") return <ForSession session={state.session} />;
  if (state.kind === "signed-out") return <main data-stale="false"><First /></main>;
  // Without a network the page opens as it was left: the job must stay visible.
  const last = lastSession();
  if (last !== null && sessionProblem.value !== null) return <ForSession session={last} />;
  return <Opening />;
}

/** Whose app this is, also without a network. */
function ownId(state: SessionState): string | null {
  if (state.kind === "signed-in") return state.session.id;
  return state.kind === "unknown" ? (lastSession()?.id ?? null) : null;
}

function Opening() {
  return (
    <main data-stale="true">
      <article class="screen first">
        <p class="brand">Komek</p>
        <LanguageSwitch />
        <p role="status">{sessionProblem.value === null ? t().common.loading : null}</p>
        <ProblemText of={sessionProblem.value} />
        {sessionProblem.value !== null && (
          <button type="button" class="button" onClick={() => void readSession()}>{t().common.actions.retry}</button>
        )}
      </article>
    </main>
  );
}

function ForSession({ session: of }: { session: Session }) {
  return of.role === "volunteer" ? <App id={of.id} key={of.id} /> : <OthersSession session={of} />;
}

function App({ id }: { id: string }) {
  useEffect(() => {
    void loadLater();
    const close = open(id, () => void readSession());
    const stop = sharePosition(id, () => isPlaceWanted.value);
    const silence = announce();
    const stopNotices = import("./notices/start").then(({ startNotices }) => startNotices(id), () => null);
    const stopRinging = import("./ringing").then(({ startRinging }) => startRinging(), () => null);
    return () => {
      void stopNotices.then((end) => end?.());
      void stopRinging.then((end) => end?.());
      silence();
      stop();
      close();
      asking.value = null;
    };
  }, [id]);
  const live = stream.value;
  // An open stream may look alive for seconds without a network.
  const isStale = offlineSince.value !== null || (live?.state.value.isStale ?? true);
  return (
    <main class="app" data-stale={isStale ? "true" : "false"}>
      {live !== null && isStale && <Lost />}
      {isDrill() && <p class="band doubt exercise" data-exercise><span><strong>{t().common.exercise}</strong> {t().own.drill}</span></p>}
      <DangerLine />
      <RescueWatch id={id} />
      <GroundsWatch id={id} />
      <Screen id={id} />
    </main>
  );
}

/** No network is no error of the person: what they say is kept, and the page says so. */
function Lost() {
  const live = stream.value;
  if (live === null) return null;
  return (
    <div class="lost">
      {(waiting.value.length > 0 || offlineSince.value !== null) && <p class="band doubt" role="status"><Icon of="offline" /><span>{t().own.outbox.offline}</span></p>}
      {/* One band for one trouble: without a network there is nothing to try, and the job needs the room. */}
      {offlineSince.value === null && <StaleBand stream={live} />}
    </div>
  );
}

/** What the screen is about: when it changes, the screen starts at its top. */
function subjectOf(shown: View): string {
  return "offer" in shown ? `${shown.kind} ${shown.offer.id} ${shown.standing.state} ${shown.offer.to_confirm?.version ?? ""}` : shown.kind;
}

function Screen({ id }: { id: string }) {
  useEffect(() => window.scrollTo(0, 0), [subjectOf(view.value)]);
  if (asking.value !== null) return <DistressScreen id={id} />;
  const present = view.value;
  // A request or work under way takes the screen wherever the person is.
  if (present.kind === "offer") return <OfferScreen offer={present.offer} standing={present.standing} key={present.offer.id} />;
  if (present.kind === "work") return <WorkScreen offer={present.offer} standing={present.standing} key={present.offer.id} />;
  if (present.kind === "digital") return <DigitalScreen offer={present.offer} standing={present.standing} key={present.offer.id} />;
  if (present.kind === "thanks") return <ThanksScreen offer={present.offer} standing={present.standing} id={id} key={present.offer.id} />;
  if (present.kind === "ended") return <EndedScreen ended={present.ended} />;
  if (place.value === "history") return <History />;
  if (place.value === "notices") return <Notices id={id} />;
  if (place.value === "settings") return <Settings id={id} />;
  return <Home id={id} />;
}
