// Texts of the volunteer's page alone.

export const en = {
  title: "Volunteer",
  connection: "Connection",
  events: (count: number) => `${count} events received since this page was opened`,
  notHere: "Duty and requests are not part of this build yet.",
};
