// Texts that both pages share: sign-in, language, the state of the live stream, the outbox.
import { formats } from "../../formats";
import { plural } from "../../plural";

const f = formats("en");

export const en = {
  name: "Komek",
  exercise: "EXERCISE",
  language: { label: "Language" },
  theme: { label: "Appearance", system: "As the device", light: "Light", dark: "Dark" },
  stream: {
    connecting: "Connecting…",
    live: "Live",
    stale: (seconds: number) => `No news for ${f.duration(seconds)}. What is shown may be out of date.`,
    never: "No connection to the server yet. What is shown may be out of date.",
    nextTry: (seconds: number) => `Next attempt in ${f.duration(seconds)}`,
    tryNow: "Try now",
  },
  outbox: {
    saved: "saved on this device",
    sent: "sent",
    received: "received",
    refused: "not accepted",
    waiting: (count: number) =>
      plural("en", count, { one: `${count} answer is not confirmed yet`, other: `${count} answers are not confirmed yet` }),
    full: "No space on this device. Keep this page open until the answer has arrived.",
  },
  actions: { retry: "Try again", close: "Close", back: "Back", save: "Save", send: "Send", undo: "Undo" },
  loading: "Loading…",
  sending: "Sending…",
  ageOf: (seconds: number) => `${f.duration(seconds)} ago`,
  emergency: "In danger of life call 112",
  build: (id: string) => `Build ${id}`,
};
