// The time left, as a ring with figures. Read out only when it is asked for: a timer that speaks every second drowns everything.
import { secondsUntil } from "../../shared/clock";
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { t } from "../text";

const TURN = 100;

export function Countdown({ from, until, label }: { from: string; until: string; label: string }) {
  const left = Math.max(0, secondsUntil(until));
  const whole = Math.max(1, (Date.parse(until) - Date.parse(from)) / 1000);
  const share = Math.min(1, left / whole) * TURN;
  return (
    <div class="countdown" role="timer" aria-label={label}>
      <svg viewBox="0 0 92 92" aria-hidden="true">
        <circle cx="46" cy="46" r="41" />
        <circle cx="46" cy="46" r="41" pathLength={TURN} stroke-dasharray={`${share} ${TURN}`} />
      </svg>
      <span>
        <b>{formats(language.value).clockwork(left)}</b>
        {t().own.offer.left}
      </span>
    </div>
  );
}
