// On every screen: hazard zones in which the person was found. Read at the start, when the stream warns, and once a minute.
import { useEffect } from "preact/hooks";
import { ask } from "../../shared/api_client";
import { keep } from "../device";
import { Icon } from "../parts/icon";
import { isOwner, warnedAt } from "../state";
import { t } from "../text";
import { typeWord } from "../words";
import { TEXTS } from "./text";
import { type Ground, grounds, joined, shownOf, understood } from "./warnings";

const EVERY_MS = 60_000;

export async function loadWatch() {
  await TEXTS.load();
  return Watch;
}

async function read(id: string): Promise<void> {
  const answer = await ask("get", "/v1/volunteers/{volunteer_id}/warnings", { path: { volunteer_id: id } });
  // Of a session that has ended meanwhile it is nobody's; what cannot be read now stays as it was.
  if (answer.ok && isOwner(id)) put(id, joined(grounds.value, answer.data.items));
}

function put(id: string, next: readonly Ground[]): void {
  grounds.value = next;
  keep(id, { grounds: next });
}

function Watch({ id }: { id: string }) {
  useEffect(() => {
    const stop = warnedAt.subscribe(() => void read(id));
    const timer = setInterval(() => void read(id), EVERY_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [id]);
  return <>{shownOf(grounds.value).map((one) => <Line of={one} onRead={() => put(id, understood(grounds.value, one.incident_id))} key={one.incident_id} />)}</>;
}

function Line({ of, onRead }: { of: Ground; onRead: () => void }) {
  const text = TEXTS.read();
  const isActive = of.state === "active";
  const title = (isActive ? text.title : text.ended)(typeWord(of.type));
  return (
    <section class={isActive ? "band hazard" : "band"} role={isActive && !of.isUnderstood ? "alert" : "status"} data-warning={of.incident_id} data-state={of.state}>
      <Icon of="warn" />
      <div>
        <p><strong>{title}</strong></p>
        {isActive && <p class="more">{of.isUnderstood ? t().common.emergency : text.more}</p>}
        {!of.isUnderstood && <button type="button" class="button" data-action="warning-understood" onClick={onRead}>{text.understood}</button>}
      </div>
    </section>
  );
}
