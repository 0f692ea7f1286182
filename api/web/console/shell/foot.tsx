// The keys that always work, the command line, and the age of the stream.
import { now } from "../../shared/clock";
import { KeyCap } from "../../shared/parts/key_cap";
import { SendingLine } from "../../shared/parts/sending_line";
import { Palette } from "../palette/palette";
import { isStale, stream } from "../state";
import { t } from "../text";
import { isHelpOpen } from "./help";

export function Foot() {
  const text = t().own.desk.foot;
  return (
    <footer class="foot">
      <div>
        <KeyCap of="J" /><KeyCap of="K" /> {text.row} <KeyCap of="Enter" /> {text.open} <KeyCap of="Esc" /> {text.back} <KeyCap of="A" /> {text.acknowledge}
      </div>
      <Palette />
      <div class="right">
        <button type="button" class="plain" data-action="help" aria-keyshortcuts="?" onClick={() => (isHelpOpen.value = !isHelpOpen.value)}>
          <KeyCap of="?" /> {text.keys}
        </button>
        <SendingLine text={t().common.sending} />
        <Age />
      </div>
    </footer>
  );
}

function Age() {
  const livedAtMs = stream.value?.state.value.livedAtMs ?? null;
  if (livedAtMs === null) return <span class="q">{t().own.desk.head.silent}</span>;
  const age = now.value > 0 ? Math.max(0, Date.now() - livedAtMs) / 1000 : 0;
  return <span class={isStale.value ? "silent" : "q"}>{t().own.desk.foot.stream(Math.round(age * 10) / 10)}</span>;
}
