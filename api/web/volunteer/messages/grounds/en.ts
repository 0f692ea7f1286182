// Texts about a hazard zone in which the person was found.

export const en = {
  title: (type: string) => `Hazard zone: ${type}`,
  more: "Your position was inside it. If you are still there, leave it; if you cannot, call 112.",
  understood: "Understood",
  ended: (type: string) => `The hazard zone is no more: ${type}`,
};
