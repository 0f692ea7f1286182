// Other incidents that may be the same event.
import { f } from "../say";
import { numberById, rowOf, whatById } from "../queue/called";
import { type Incident, isOpen, isOver, select } from "../state";
import { t } from "../text";
import { atWork } from "./at_work";
import { isBusy, merge } from "./orders";

export function Similar({ of }: { of: Incident }) {
  const text = t().own.case;
  const found = of.merge_candidates ?? [];
  if (found.length === 0) return null;
  const still = isOver(of) ? null : atWork(of, text.panel.atWork);
  return (
    <section class="sec">
      <h3>{text.similar}</h3>
      {still !== null && <p class="q" data-at-work>{text.mergeHere}: {still}</p>}
      <ul class="lines asks">
        {found.map((one) => {
          const [row, apart] = [rowOf(one.incident_id), [f().percent(one.score), f().duration(Math.abs(one.apart_s)), ...(one.distance_m === null ? [] : [f().distance(one.distance_m)])]];
          const said = [whatById(one.incident_id), ...apart].filter(Boolean).join(", ");
          return (
            <li key={one.incident_id}>
              <button type="button" class="plain" onClick={() => select(one.incident_id)}>{numberById(one.incident_id)}</button>
              <span class="clip" title={said}>{said}</span>
              {(row === null || isOpen(row)) && <button type="button" class="btn" disabled={isBusy.value} onClick={() => void merge(one.incident_id)}>{text.mergeHere}</button>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
