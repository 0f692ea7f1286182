// Texts of the screens about what is over: how requests ended, and the history.
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
  history: {
    none: "You have not been asked yet",
    private: "Only you see this. No scores, no rating.",
    closed: "The incident was closed",
    cancelled: "The incident was cancelled",
    open: "The incident is not over yet",
  },
};
