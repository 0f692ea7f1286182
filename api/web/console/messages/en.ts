// Texts of the operator's console alone.

export const en = {
  title: "Operator's console",
  connection: "Connection",
  events: (count: number) => `${count} events received since this page was opened`,
  notHere: "Queue, map and incident are not part of this build yet.",
};
