// Texts of signing in and out.
import { formats } from "../../formats";

const f = formats("en");

export const en = {
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
};
