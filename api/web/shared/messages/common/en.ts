// Texts that both pages share: sign-in, language, the state of the live stream, the outbox.
import { formats } from "../../formats";
import { plural } from "../../plural";

const f = formats("en");

export const en = {
  name: "Komek",
  exercise: "EXERCISE",
  language: { label: "Language" },
  theme: { label: "Appearance", system: "As the device", light: "Light", dark: "Dark" },
  signIn: {
    title: "Sign in",
    byLink: "This link signs you in on this device. It works once.",
    tap: "Sign in",
    working: "Signing in…",
    byCode: "Or enter the code that was sent with the link",
    code: "Login code",
    ask: "Ask your coordinator for a login link. It is valid for 10\u00a0minutes.",
    again: "Your session has ended. Sign in again: what you have typed is kept.",
    wrongRole: "This is the session of this browser. The page is for others: sign out first, or open it in another browser.",
    out: "Sign out",
    who: (id: string, role: string) => `${id}, ${role}`,
    until: (at: string) => `Signed in until ${f.dayTime(at)}`,
  },
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
  ageOf: (seconds: number) => `${f.duration(seconds)} ago`,
  emergency: "In danger of life call 112",
  build: (id: string) => `Build ${id}`,
};
