// The ways by which notices reach the person: push on this device, and the others; each can be tested, and says what is known.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ProblemText } from "../../shared/parts/problem_text";
import { Head } from "../parts/head";
import { Icon } from "../parts/icon";
import { InstallSteps } from "../parts/install_steps";
import { lastShown, toneOf } from "../parts/notices_band";
import { AddWay } from "../parts/notices_add";
import { Way } from "../parts/notices_way";
import { isBusy, isServiceSilent, list, loadChannels, ownChannel, problem, pushState, putSettings, turnOff, turnOn } from "../notices/channels";
import { TEXTS } from "../notices/text";
import { chooseSound, ring, sound } from "../ringing";
import { t } from "../text";
import "../notices.css";

export async function loadNotices() {
  await TEXTS.load();
  return Notices;
}

function Notices({ id }: { id: string }) {
  const texts = TEXTS.read();
  useEffect(() => void loadChannels(id), [id]);
  const ways = list.value?.items ?? [];
  return (
    <>
      <Head><h1>{texts.title}</h1></Head>
      <PushHere id={id} />
      <SoundHere />
      <ProblemText of={problem.value} />
      <h2>{texts.ways}</h2>
      {list.value !== null && ways.length === 0 && <p class="band doubt"><span>{texts.noWays}</span></p>}
      {ways.map((one) => <Way id={id} channel={one} isHere={one.id === ownChannel.value?.id} key={one.id} />)}
      <AddWay id={id} />
      {ways.length > 0 && <QuietHours id={id} />}
      <div class="grow" />
      <div class="thumb tall"><a class="button" href="#settings">{t().common.actions.back}</a></div>
    </>
  );
}

function PushHere({ id }: { id: string }) {
  const texts = TEXTS.read();
  const state = pushState.value;
  const isRegistered = state === "on" || state === "unheard" || state === "failing";
  return (
    <section class="push-here" data-push={state}>
      <div class={`band ${toneOf(state)}`}>
        <Icon of="bell" />
        <div role="status">
          <strong>{texts.push[state]}</strong>
          <p class="more">{texts.more[state]}</p>
          {state === "on" && <p class="more">{lastShown()}</p>}
          {isServiceSilent.value && <p class="fault" role="status">{texts.service}</p>}
        </div>
      </div>
      {state === "not-installed" && <InstallSteps />}
      {state === "off" && (
        <button type="button" class="answer main" data-action="push-on" aria-busy={isBusy.value} onClick={() => void turnOn(id)}>{texts.turnOn}</button>
      )}
      {isRegistered && <button type="button" class="button" data-action="push-off" onClick={() => void turnOff(id)}>{texts.turnOff}</button>}
    </section>
  );
}

function SoundHere() {
  const { sound: texts } = TEXTS.read();
  const state = sound.value;
  return (
    <section class="push-here" data-sound={state}>
      <div class={`band ${state === "on" ? "good" : "doubt"}`}>
        <Icon of="bell" />
        <div role="status">
          <strong>{texts.state[state]}</strong>
          <p class="more">{texts.more[state]}</p>
        </div>
      </div>
      {state !== "none" && (
        <div class="pair">
          <button type="button" class="button" data-action="test-sound" disabled={state !== "on"} onClick={() => ring({ kind: "offer" })}>{texts.test}</button>
          <button type="button" class="button" data-action="choose-sound" onClick={() => chooseSound(state === "off")}>
            {state === "off" ? texts.turnOn : texts.turnOff}
          </button>
        </div>
      )}
    </section>
  );
}

function QuietHours({ id }: { id: string }) {
  const texts = TEXTS.read();
  const from = useSignal(list.value?.quiet_from ?? "22:00");
  const until = useSignal(list.value?.quiet_until ?? "07:00");
  const isSet = list.value?.quiet_from != null;
  return (
    <>
      <h2>{texts.quiet}</h2>
      <form
        class="quiet-hours"
        onSubmit={(event) => {
          event.preventDefault();
          void putSettings(id, { from: from.value, until: until.value });
        }}
      >
        <p class="more">{texts.quietMore} {isSet ? `${list.value?.quiet_from}–${list.value?.quiet_until}` : texts.quietOff}</p>
        <label>{texts.quietFrom}<input class="field" type="time" required value={from.value} onInput={(event) => (from.value = event.currentTarget.value)} /></label>
        <label>{texts.quietUntil}<input class="field" type="time" required value={until.value} onInput={(event) => (until.value = event.currentTarget.value)} /></label>
        <button type="submit" class="button" data-action="quiet-hours">{texts.quietSet}</button>
        {isSet && <button type="button" class="button" onClick={() => void putSettings(id, { from: null, until: null })}>{texts.quietOff}</button>}
      </form>
    </>
  );
}
