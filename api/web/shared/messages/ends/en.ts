// Words for how far an offer has come, and for what a task has found.

export const en = {
  offerStates: {
    offered: "asked",
    accepted: "accepted",
    declined: "declined",
    expired: "no answer",
    withdrawn: "withdrawn",
    stood_down: "stood down",
    en_route: "on the way",
    on_scene: "on scene",
    done: "done",
    void: "not valid",
  },
  outcomes: {
    confirmed: "true",
    false: "false",
    unclear: "unclear",
    reached: "reached",
    not_reached: "not reached",
    located: "place found",
    not_found: "not found",
    duplicate: "there is another report",
    none: "there is none",
    done: "done",
    mapped: "mapped",
  },
};
