// Language, consents, sessions and the person's data.
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { languageName } from "../../shared/language_name";
import { LanguageSwitch } from "../../shared/parts/language_switch";
import { ProblemText } from "../../shared/parts/problem_text";
import type { Problem } from "../../shared/problem";
import { signOut } from "../../shared/session";
import { THEMES, chooseTheme, theme } from "../../shared/theme";
import { CONSENTS, answerConsent, consentProblem, given, readConsents } from "../consents/answers";
import { TEXTS } from "../consents/text";
import { type Session, forgetAll, kept } from "../device";
import { Confirm } from "../parts/confirm";
import { Head } from "../parts/head";
import { later } from "../parts/later";
import { Tabs } from "../parts/tabs";
import { profile } from "../state";
import { t } from "../text";
import { skillWord } from "../words";
import { FIRST } from "./first_text";
import { openDistress } from "./distress";
import { Icon } from "../parts/icon";
import "./settings.css";

const fault = signal<Problem | null>(null);
const NoticesBand = later(async () => (await import("../parts/notices_band")).loadNoticesBand(), () => null);

export async function loadSettings() {
  await Promise.all([TEXTS.load(), FIRST.load()]);
  return Settings;
}

function Settings({ id }: { id: string }) {
  const { own, common } = t();
  const text = TEXTS.read();
  return (
    <>
      <Head><h1>{own.tabs.settings}</h1></Head>
      <ProblemText of={fault.value} />
      <h2>{text.language}</h2>
      <div class="set"><LanguageSwitch /></div>
      <h2>{text.look}</h2>
      <div class="set"><div class="row" role="group" aria-label={text.look}>
        {THEMES.map((one) => (
          <button type="button" class="button" key={one} aria-pressed={theme.value === one} onClick={() => chooseTheme(one)}>{common.theme[one]}</button>
        ))}
      </div></div>
      <h2>{text.notices}</h2>
      <NoticesBand />
      <Me />
      <h2>{text.consents}</h2>
      <ConsentSwitches id={id} />
      <h2>{text.sessions}</h2>
      <Sessions />
      <h2>{text.data}</h2>
      <Data id={id} />
      <div class="set">
        <button type="button" class="button danger" data-action="distress" onClick={() => openDistress(null)}><Icon of="distress" />{own.distress.open}</button>
      </div>
      <div class="thumb tall"><Tabs /></div>
    </>
  );
}

function Me() {
  const text = TEXTS.read();
  const person = profile.value;
  if (person === null) return null;
  const f = formats(language.value);
  return (
    <>
      <h2>{text.me}</h2>
      <div class="set"><span>{text.spoken}<small>{f.list(person.languages.map(languageName))}</small></span></div>
      <div class="set">
        <span>
          {text.skills}
          <small>
            {person.skills.map((skill) => `${skillWord(skill)} (${skill in person.verified ? text.verified : text.claimed})`).join(", ")}
          </small>
        </span>
      </div>
    </>
  );
}

function ConsentSwitches({ id }: { id: string }) {
  const settings = TEXTS.read();
  useEffect(() => void readConsents(id), [id]);
  return (
    <>
      <ProblemText of={consentProblem.value} />
      {CONSENTS.map((name) => {
        const answer = given.value?.[name];
        const isOn = answer ?? false;
        return (
          <button
            type="button"
            class="set toggle"
            key={name}
            role="switch"
            aria-checked={isOn}
            disabled={given.value === null}
            data-action={`consent-${name}`}
            onClick={() => void answerConsent(id, name, !isOn)}
          >
            <span>
              {name === "positions" ? settings.positions : settings.phone}
              <small>{given.value === null ? "" : consentWord(answer)}</small>
            </span>
            <i class={isOn ? "on" : ""} aria-hidden="true" />
          </button>
        );
      })}
    </>
  );
}

/** What nobody answered is not shown as given. */
function consentWord(answer: boolean | undefined): string {
  const settings = TEXTS.read();
  return answer === undefined ? settings.notAsked : answer ? settings.agreed : settings.notAgreed;
}

function Sessions() {
  const settings = TEXTS.read();
  const list = useSignal<readonly Session[]>([]);
  useEffect(() => {
    void ask("get", "/v1/sessions", {}).then((answer) => {
      if (answer.ok) list.value = answer.data.items;
    });
  }, []);
  const end = async (one: Session): Promise<void> => {
    if (one.session_id === null) return;
    const answer = await ask("delete", "/v1/sessions/{session_id}", { path: { session_id: one.session_id } });
    fault.value = answer.ok ? null : answer.problem;
    if (answer.ok) list.value = list.value.filter((other) => other !== one);
  };
  return (
    <>
      {list.value.map((one) => (
        <div class="set" key={one.session_id}>
          <span>
            {one.is_current ? settings.thisDevice : settings.otherDevice}
            {one.opened_at != null && <small>{settings.since(one.opened_at)}</small>}
          </span>
          {one.is_current ? (
            <SignOut />
          ) : (
            <button type="button" class="button" onClick={() => void end(one)}>{settings.end}</button>
          )}
        </div>
      ))}
      {list.value.length === 0 && <div class="set"><span>{settings.thisDevice}</span><SignOut /></div>}
    </>
  );
}

function SignOut() {
  return (
    <button
      type="button"
      class="button"
      data-action="sign-out"
      onClick={() => {
        void leave().then((problem) => (fault.value = problem));
      }}
    >
      {FIRST.read().signIn.out}
    </button>
  );
}

/** The push of this device ends first: who has left gets nothing here. */
async function leave(): Promise<Problem | null> {
  const known = profile.value?.id ?? kept().session?.id;
  forgetAll();
  const end = (): Promise<unknown> => import("../notices/channels").then(({ turnOff }) => (known === undefined ? null : turnOff(known)));
  await end().catch(() => undefined);
  return signOut();
}

function Data({ id }: { id: string }) {
  const settings = TEXTS.read();
  const path = { volunteer_id: id };
  const save = async (): Promise<void> => {
    const answer = await ask("get", "/v1/volunteers/{volunteer_id}/export", { path });
    fault.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    const address = URL.createObjectURL(new Blob([JSON.stringify(answer.data, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    [link.href, link.download] = [address, `komek-${id}.json`];
    link.click();
    URL.revokeObjectURL(address);
  };
  const erase = async (): Promise<void> => {
    const answer = await ask("delete", "/v1/volunteers/{volunteer_id}", { path });
    fault.value = answer.ok ? null : answer.problem;
    if (answer.ok) await leave();
  };
  return (
    <>
      <div class="set">
        <span>{settings.export}<small>{settings.exportMore}</small></span>
        <button type="button" class="button" data-action="export" onClick={() => void save()}>{settings.exportDo}</button>
      </div>
      <div class="set">
        <span>{settings.erase}<small>{settings.eraseMore}</small></span>
        <Confirm label={settings.eraseDo} question={settings.eraseAsk} yes={settings.eraseYes} tone="danger" onYes={() => void erase()} />
      </div>
    </>
  );
}
