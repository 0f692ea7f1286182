// Texts of work under way in the field.
import { formats } from "../../../shared/formats";

const f = formats("en");

export const en = {
  work: {
    steps: { accepted: "You have accepted", en_route: "On the way", on_scene: "On scene" },
    confirmed: "confirmed",
    next: { "en-route": "I’m on my way", "on-scene": "I’m there", done: "Done" },
    undo: "You can still take it back.",
    undoDo: "I can’t after all",
    giveUp: "I can’t go on",
    giveUpAsk: "Give up this work? Somebody else will be asked.",
    giveUpYes: "Yes, give up",
    staging: "Staging point at the edge of the hazard zone",
    address: "Address",
    noAddress: "No address: go by the map",
    addressLater: "The exact address comes with the confirmation",
    caller: (name: string) => `${name}, caller`,
    call: (phone: string) => `Call ${phone}`,
    map: "Open in",
    mapOther: "Other",
    help: "More people",
    helpAsk: "How many more people are needed?",
    helpAsked: (count: number, at: string) => `At ${f.time(at)} you asked for ${count} more. The operators see it.`,
    verifiedOnly: "The caller and the words are shown only to people whose skill is verified.",
    words: (language: string) => `Words of the caller, ${language}`,
    wordsOnly: "Words of the caller",
    material: "Found by others",
  },
  changed: {
    at: (time: string) => `changed at ${f.time(time)}`,
    before: "Before",
    moved: (metres: number) => `The new place is ${f.distance(metres)} from the old one`,
    now: "Now",
    understood: "Understood",
    fields: {
      type: "kind of incident",
      priority: "urgency",
      location: "place",
      language: "language",
      description: "description",
      address: "address",
      caller: "caller",
      role: "your role",
      languages: "languages",
      hazard: "hazard zone",
      staging: "staging point",
      hazard_on_way: "hazard zone on your way",
    },
    what: (fields: string) => `Changed: ${fields}`,
  },
};
