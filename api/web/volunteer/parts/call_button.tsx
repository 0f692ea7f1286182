// Somebody to speak to, when nothing tells whether an answer has arrived.
import { t } from "../text";
import { Icon } from "./icon";

export function CallButton() {
  return <a class="button" href="tel:112" data-action="call"><Icon of="phone" />{t().own.distress.call}</a>;
}
