// Texts of the screens about what is over: how requests and work ended, the last days, and the history.
import { formats } from "../../../shared/formats";

const f = formats("en");

export const en = {
  ended: {
    several: (count: number) => `Requests that have ended: ${count}`,
    lease: "The time for this work has passed",
    typed: "What you had typed",
    expired: "The time to answer has passed",
    expiredMore: "Somebody else is being asked. Nothing is held against you.",
    withdrawn: "You are no longer needed",
    stood_down: "Stand down: you are no longer needed",
    thanks: "Thank you for being ready.",
    ok: "OK",
  },
  fates: {
    open: "The incident is not over yet",
    closed: "The incident was closed",
    cancelled: "The incident was cancelled",
    merged: "The report was joined with another one",
    codes: {
      resolved: "Help was given, the incident is over",
      handed_over: "The incident was handed over to other services",
      false_call: "It was a false call",
      duplicate: "It had been reported before",
      exercise: "It was an exercise",
      other: "The incident was closed",
    },
  },
  thanks: {
    title: "Done. Thank you!",
    span: (fromMs: number, untilMs: number) => `from ${f.time(fromMs)} to ${f.time(untilMs)}`,
    open: "What became of it is not known yet: History will tell",
    removed: "Address and caller were removed from this phone",
    until: (at: string) => `You are on duty until ${f.time(at)}`,
    stay: "Stay on duty",
    leave: "End duty",
  },
  week: {
    title: (done: string) => `Last 7 days: ${done}`,
    field: (count: number) => (count === 1 ? "you went out once" : `you went out ${count} times`),
    digital: (count: number) => (count === 1 ? "1 online task" : `${count} online tasks`),
    time: (spent: string) => `${spent} of work`,
    atLeast: "at least",
  },
  history: {
    none: "You have not been asked yet",
    private: "Only you see this. No scores, no rating.",
  },
};
