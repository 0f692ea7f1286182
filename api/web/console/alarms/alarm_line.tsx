// Alarms that are not distress, above the rows: what, how many, and one key that answers them.
import { KeyCap } from "../../shared/parts/key_cap";
import { Bang } from "../parts";
import { numberById } from "../queue/called";
import { rows, select } from "../state";
import { t } from "../text";
import { acknowledgeFirst, alarms, shelveFirst } from "./center";
import { OnlyHere } from "./heard_by";

export function AlarmLine() {
  return (
    <>
      <First />
      <OnlyHere />
    </>
  );
}

function First() {
  const first = alarms.value[0];
  // Distress has its band above everything; one thing at a time.
  if (first === undefined || first.kind === "distress") return null;
  const text = t().own.desk.alarms;
  const same = alarms.value.filter((one) => one.kind === first.kind);
  const said = first.kind === "severe" ? text.severe(same.length) : text.unanswered(same.length);
  const isDrill = rows.value.get(first.incidentId)?.exercise === true;
  return (
    <div class="alarm-line">
      <Bang />
      <button type="button" class="plain" onClick={() => select(first.incidentId)}>{`${isDrill ? `${t().common.exercise}, ` : ""}${numberById(first.incidentId)}: ${said}`}</button>
      <button type="button" class="btn" data-action="acknowledge" aria-keyshortcuts="a" onClick={acknowledgeFirst}>
        {text.acknowledge} <KeyCap of="A" />
      </button>
      <button type="button" class="btn" data-action="shelve" aria-keyshortcuts="z" title={text.shelveTitle} onClick={shelveFirst}>
        {text.shelve} <KeyCap of="Z" />
      </button>
    </div>
  );
}
