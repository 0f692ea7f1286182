// The work is done: thanks, what it was, how long it took, what became of it, and whether the person stays on duty.
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { ProblemText } from "../../shared/parts/problem_text";
import { dutyProblem, isChanging, setDuty } from "../duty";
import type { Job, Offer } from "../jobs";
import { Fate } from "../parts/fate";
import { Head } from "../parts/head";
import { Icon, type IconName } from "../parts/icon";
import { later } from "../parts/later";
import { OutboxList } from "../parts/outbox_list";
import { profile, seen } from "../state";
import { t } from "../text";
import { spanOf } from "../work_done";
import { nameOf } from "./ended";
import { TEXTS } from "./past_text";
import "./past.css";

/** Only who judged a report without hints has any. */
const AfterAnswer = later(async () => (await import("./after_answer")).loadAfterAnswer(), () => null);

export async function loadThanks() {
  await TEXTS.load();
  return ThanksScreen;
}

/** `id`: whose duty it is; null: the page was opened by the link of this offer alone. */
function ThanksScreen({ offer, standing, id }: Job & { id: string | null }) {
  const { thanks } = TEXTS.read();
  const hints = offer.task?.hints?.length ?? 0;
  const span = spanOf(offer, standing);
  const f = formats(language.value);
  return (
    <article class="screen" data-offer={offer.id} data-state="done" data-thanks={standing.isConfirmed ? "confirmed" : "waiting"}>
      <Head><strong class="brand">Komek</strong></Head>
      <section class="calm" role="status">
        <h1>{thanks.title}</h1>
        <p class="lead done">{nameOf(offer)}</p>
        {span !== null && <p class="more">{thanks.span(span.fromMs, span.untilMs)} · {f.hours((span.untilMs - span.fromMs) / 1000)}</p>}
      </section>
      <OutboxList about={offer.id} />
      <section class="after">
        {hints > 0 && <AfterAnswer offer={offer} />}
        <Fate of={offer} open={thanks.open} />
        {/* What was told for the work goes from this device once the server knows of its end. */}
        {standing.isConfirmed && hints === 0 && <Line icon="lock">{thanks.removed}</Line>}
        {id !== null && profile.value !== null && <Line icon="bell">{dutyLine()}</Line>}
      </section>
      <div class="grow" />
      <div class="thumb tall">
        <Next id={id} offer={offer} />
      </div>
    </article>
  );
}

function Line({ icon, children }: { icon: IconName; children: string }) {
  return <p class="fate"><Icon of={icon} /><span>{children}</span></p>;
}

function dutyLine(): string {
  const { duty } = t().own;
  const { thanks } = TEXTS.read();
  const until = profile.value?.duty_until ?? null;
  if (!(profile.value?.on_duty ?? false)) return duty.off;
  return until === null ? duty.on : thanks.until(until);
}

function Next({ id, offer }: { id: string | null; offer: Offer }) {
  const { thanks, ended } = TEXTS.read();
  const isOn = profile.value?.on_duty ?? false;
  const close = (): void => seen([offer]);
  const leave = (): void => {
    if (id !== null) void setDuty(id, false).then((isOver) => isOver && close());
  };
  return (
    <>
      <ProblemText of={dutyProblem.value} />
      <div class="answers">
        <button type="button" class="answer main" data-action="seen" onClick={close}>{id !== null && isOn ? thanks.stay : ended.ok}</button>
        {id !== null && isOn && (
          <button type="button" class="answer" data-action="end-duty" aria-busy={isChanging.value} onClick={leave}>{thanks.leave}</button>
        )}
      </div>
    </>
  );
}
