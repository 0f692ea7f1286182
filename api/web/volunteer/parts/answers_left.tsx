// Answers of somebody who is not signed in wait on this device: how many, not whose or what.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { waitingHere } from "../../shared/outbox_waiting";
import { FIRST } from "../screens/first_text";
import { Icon } from "./icon";

export function AnswersLeft() {
  const count = useSignal(0);
  useEffect(() => void waitingHere().then((found) => (count.value = found)), []);
  if (count.value === 0) return null;
  return <p class="band doubt" data-waiting={count.value} role="status"><Icon of="clock" /><span>{FIRST.read().waiting(count.value)}</span></p>;
}
