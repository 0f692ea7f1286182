// What became of a signal of danger.
import { formats } from "../../../shared/formats";
import { plural } from "../../../shared/plural";

const f = formats("en");

export const en = {
  received: (at: string) => `Received ${f.time(at)}`,
  unseen: "No operator has seen it yet. If you can, call 112.",
  seen: (at: string) => `An operator has seen it (${f.time(at)})`,
  nobody: "Nobody is on the way yet",
  coming: (count: number) => plural("en", count, { one: `${count} person is on the way`, other: `${count} people are on the way` }),
  first: (minutes: number) => `the first in about ${f.number(minutes)} min`,
  there: "Somebody has reached the place",
  ended: (at: string) => `Closed by an operator (${f.time(at)}). If you are still in danger, signal again.`,
  asOf: (at: string) => `As of ${f.time(at)}. There is no newer news.`,
  safe: {
    saved: "“I’m safe” is saved: not sent yet",
    sent: "“I’m safe” is being sent",
    received: "“I’m safe” was received. The signal stays open until an operator closes it.",
    refused: "“I’m safe” was not taken: call 112",
  },
};
