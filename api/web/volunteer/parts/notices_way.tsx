// One way of the person: its state, when something was last known of it, a test, the code that proves it, and its removal.
import { useSignal } from "@preact/signals";
import { now } from "../../shared/clock";
import { type Channel, links, removeChannel, turnOff, verifyChannel } from "../notices/channels";
import { TEXTS } from "../notices/text";
import { type TestResult, results, testMe } from "../notices/test_me";
import { Confirm } from "./confirm";

export function Way({ id, channel, isHere }: { id: string; channel: Channel; isHere: boolean }) {
  const texts = TEXTS.read();
  const states: Readonly<Partial<Record<string, string>>> = texts.states;
  const kind = texts.kinds[channel.kind];
  const named = [channel.address ?? (channel.label === kind ? null : channel.label), isHere ? texts.here : null].filter((part) => part !== null);
  const isProved = channel.state !== "unverified";
  return (
    <section class="way" data-channel={channel.id} data-state={channel.state}>
      <p><strong>{kind}</strong>{named.length > 0 && ` · ${named.join(" · ")}`}</p>
      <p class={isProved ? "more" : "more unsure"}>{states[channel.state] ?? channel.state} · {lastOf(channel)}</p>
      {channel.code !== null && <p class="more fault" role="status">{whyOf(channel.code)}</p>}
      {!isProved && <Proof id={id} channel={channel} />}
      <Result channel={channel} />
      <div class="pair">
        {isProved && channel.state !== "gone" && (
          <button type="button" class="button" data-action="test-notice" onClick={() => void testMe(id, channel.id)}>{texts.test}</button>
        )}
        <Confirm
          label={texts.remove}
          question={texts.removeAsk}
          yes={texts.removeYes}
          onYes={() => void (isHere ? turnOff(id) : removeChannel(id, channel.id))}
        />
      </div>
    </section>
  );
}

function lastOf(channel: Channel): string {
  const texts = TEXTS.read();
  const ago = (at: string): number => Math.max(0, (now.value - Date.parse(at)) / 1000);
  if (channel.last_heard !== null) return texts.heard(ago(channel.last_heard));
  return channel.last_ok === null ? texts.neverTaken : texts.taken(ago(channel.last_ok));
}

function Proof({ id, channel }: { id: string; channel: Channel }) {
  const texts = TEXTS.read();
  const code = useSignal("");
  const link = links.value[channel.id];
  if (channel.kind === "telegram")
    return (
      <>
        {link !== undefined && <a class="button" href={link} target="_blank" rel="noopener noreferrer">{texts.telegram}</a>}
        <p class="more">{texts.telegramMore}</p>
      </>
    );
  return (
    <form
      class="proof"
      onSubmit={(event) => {
        event.preventDefault();
        void verifyChannel(id, channel.id, code.value.trim());
      }}
    >
      <label>{texts.code}<input class="field" data-field="code" inputMode="numeric" autocomplete="one-time-code" required value={code.value} onInput={(event) => (code.value = event.currentTarget.value)} /></label>
      <button type="submit" class="button" data-action="verify-channel">{texts.verify}</button>
    </form>
  );
}

function Result({ channel }: { channel: Channel }) {
  const result = results.value[channel.id];
  // Always in the document: what a live region begins with is not read out.
  return <p class="test" role="status" data-test={result?.outcome}>{result === undefined ? null : sentenceOf(result, channel)}</p>;
}

function sentenceOf({ outcome, afterS, code }: TestResult, channel: Channel): string {
  const { tests } = TEXTS.read();
  if (outcome === "asked" || outcome === "silent") return tests[outcome];
  if (outcome === "failed") return tests.failed(whyOf(code ?? ""));
  const tell = outcome === "shown" ? tests.shown : channel.kind === "webpush" ? tests.sent : tests.sentOnly;
  return tell(Math.max(1, afterS ?? 0));
}

function whyOf(code: string): string {
  const { why } = TEXTS.read();
  if (code === "http_404" || code === "http_410") return why.gone;
  if (code === "no_vapid_subject") return why.iphone;
  return /^http_[34]|^bad_|not_allowed/.test(code) ? why.refused(code) : why.noAnswer(code);
}
