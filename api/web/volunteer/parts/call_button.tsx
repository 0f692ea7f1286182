// Somebody to speak to, when nothing tells whether an answer has arrived.
import { deployment } from "../../shared/deployment";
import { t } from "../text";
import { Icon } from "./icon";

/** The operators of this deployment, where it states their number; else the rescue service, if `isUrgent`. */
export function CallButton({ isUrgent = true }: { isUrgent?: boolean }) {
  const { distress, outbox } = t().own;
  const operators = deployment.value?.operators_phone ?? null;
  if (operators === null && !isUrgent) return null;
  return (
    <a class="button" href={`tel:${operators?.replace(/[^\d+]/g, "") ?? "112"}`} data-action="call">
      <Icon of="phone" />{operators === null ? distress.call : outbox.call}
    </a>
  );
}
