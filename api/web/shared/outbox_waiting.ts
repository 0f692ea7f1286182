// How many answers wait on this device, of whomever: said to who finds the page signed out, without saying whose or what.
import { OutboxStore } from "./outbox_store";
import { OUTBOX } from "./outbox";

export async function waitingHere(): Promise<number> {
  const store = await OutboxStore.open(OUTBOX);
  const items = await store.all();
  store.close();
  return items.filter((item) => item.state === "saved" || item.state === "sent").length;
}
