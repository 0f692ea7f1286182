"""The state of an incident from its decisions: written anew from the published schemas, sharing nothing with the code it judges.

A state is an object as `Incident` of `incident-status` says. `fold` changes the state it is given.
"""

from collections.abc import Callable, Iterable
from typing import Any

from tests.faults.checker.published import Published

State = dict[str, Any]
Event = dict[str, Any]
Fold = Callable[[State, Event, "Moment"], None]

ASSIGNED = frozenset({"accepted", "en_route", "on_scene"})
LIVE = ASSIGNED | {"offered"}
FILLING = ASSIGNED | {"done"}
ENDED = frozenset({"closed", "cancelled"})
_MOVING = frozenset({"en_route", "on_scene", "done"})
_NOT_AGAIN = frozenset({"declined", "done", "void"})
OPEN_CHANGES_KEPT = 16
"""Of changes that a person has not confirmed; beyond these the oldest two are one."""
ENDED_OFFERS_KEPT = 200
"""Beyond these the oldest ended offers leave the state; their declines stay in `declined` and `refused`."""


class Impossible(Exception):
    """An event that cannot follow from the state."""


class Moment:
    """What the events of one decision share."""

    __slots__ = ("at_ms", "by", "incident_id", "published", "version", "zone")

    def __init__(self, decision: dict[str, Any], published: Published) -> None:
        self.incident_id: str = decision["incident_id"]
        self.zone: str = decision["zone"]
        self.version: int = decision["version"]
        self.at_ms: int = decision["decided_ms"]
        self.by: str = decision["by"]
        self.published = published


def fold(state: State | None, decision: dict[str, Any], published: Published) -> State | None:
    """The state after the decision; None when there is no incident.

    Raises:
        Impossible: an event that cannot follow.
    """
    if decision["outcome"] != "applied":
        return state
    moment = Moment(decision, published)
    for event in decision["events"]:
        if event["kind"] == "incident_reported":
            if state is not None:
                raise Impossible("is reported a second time")
            state = _reported(event, moment)
        elif state is None:
            raise Impossible(f"{event['kind']} before the report")
        else:
            FOLDS[event["kind"]](state, event, moment)
    if state is not None:
        state["version"] = moment.version
        _settle(state, moment)
    return state


def is_open(state: State) -> bool:
    return state["status"] not in ENDED


def offer_of(state: State, offer_id: str) -> dict[str, Any]:
    for offer in state["offers"]:
        if offer["id"] == offer_id:
            found: dict[str, Any] = offer
            return found
    raise Impossible(f"{offer_id} is not among its offers")


def missing(state: State, requirement: dict[str, Any]) -> int:
    """Places without a person; none of work that is settled."""
    if requirement["settled"] is not None:
        return 0
    wanted = requirement["id"]
    filled: int = sum(offer["requirement_id"] == wanted and fills(offer) for offer in state["offers"])
    return int(max(0, requirement["count"] - filled))


def _reported(event: Event, moment: Moment) -> State:
    whole = moment.published.whole
    same = ("type", "priority", "area", "language", "plan_version", "reported_by", "external_id", "body_digest")
    later = ("external_digest", "text_print", "parent_id", "distress_of", "split_from")
    hazard = event.get("hazard")
    return moment.published.fresh(
        "Incident",
        exercise=event.get("exercise", False),
        call_number=event.get("call_number"),
        id=moment.incident_id,
        zone=moment.zone,
        version=moment.version,
        status="reported",
        requirements=[whole("Requirement", entry) for entry in event["requirements"]],
        times=moment.published.fresh(
            "Times", reported_ms=event["reported_ms"], logged_ms=event["logged_ms"], decided_ms=moment.at_ms
        ),
        hazard=None if hazard is None else whole("Hazard", hazard),
        details=dict(event.get("details") or {}),
        **{name: event[name] for name in same},
        **{name: event.get(name) for name in later},
    )


def _updated(state: State, event: Event, moment: Moment) -> None:
    _on_ground(state, event, moment)
    for name in ("type", "priority", "language", "plan_version"):
        state[name] = event[name]
    state["requirements"] = [moment.published.whole("Requirement", entry) for entry in event["requirements"]]
    state["details"].update(event.get("details") or {})
    _edited(state, event.get("changed") or (), moment)


def _edited(state: State, fields: Iterable[str], moment: Moment, *, found: bool = False) -> None:
    edit = {"version": moment.version, "by": moment.by, "at_ms": moment.at_ms, "found": found}
    state["edits"].update({name: dict(edit) for name in fields})


def _moved(state: State, event: Event, moment: Moment) -> None:
    _on_ground(state, event, moment)
    _edited(state, ("location",), moment, found=event.get("by") is None)


def _proposed(state: State, event: Event, moment: Moment) -> None:
    proposal = moment.published.whole("Proposal", event["proposal"])
    others = [one for one in state["proposals"] if one["kind"] != proposal["kind"]]
    state["proposals"] = [*others, proposal]


def _proposal_over(state: State, event: Event, _: Moment) -> None:
    state["proposals"] = [one for one in state["proposals"] if one["id"] != event["proposal_id"]]


def _proposal_rejected(state: State, event: Event, moment: Moment) -> None:
    _proposal_over(state, event, moment)
    _overruled(state, event["result"])


def _overruled(state: State, kind: str) -> None:
    state["overruled"] = list(dict.fromkeys([*state["overruled"], kind]))


def _merge_ended(state: State, event: Event, _: Moment) -> None:
    state["merging"] = None
    if event["by"] != "dispatcher":
        _overruled(state, "duplicate")


def _bridge_ended(state: State, event: Event, moment: Moment) -> None:
    state["requirements"] = [one for one in state["requirements"] if one["id"] != event["requirement_id"]]
    for entry in state["requirements"]:
        if entry["id"] == event["bridged"]:
            entry["climb"] = None if event["climb"] is None else moment.published.whole("Climb", event["climb"])


def _on_ground(state: State, event: Event, moment: Moment) -> None:
    """Another area is other ground: where it is dangerous, people are warned anew."""
    if state["hazard"] and state["hazard"]["since"] and event["area"] != state["area"]:
        state["hazard"]["since"] = moment.version
    state["area"] = event["area"]


def _ends(status: str) -> Fold:
    def ended(state: State, event: Event, moment: Moment) -> None:
        state["status"], state["retry_at_ms"] = status, None
        state["end_code"] = event.get("code")
        state["times"]["closed_ms"] = moment.at_ms

    return ended


def _merged(state: State, event: Event, moment: Moment) -> None:
    _ends("closed")(state, event, moment)
    state["merging"], state["merged_into"] = None, event["into"]


def _unmerged(state: State, _: Event, __: Moment) -> None:
    state["status"], state["merged_into"] = "dispatching", None
    state["times"]["closed_ms"] = None
    _overruled(state, "duplicate")


def _reopened(state: State, event: Event, moment: Moment) -> None:
    state["status"], state["end_code"] = "dispatching", None
    _overruled(state, "false")
    state["times"].update(closed_ms=None, reopened_ms=moment.at_ms)
    state["requirements"] = [moment.published.whole("Requirement", entry) for entry in event["requirements"]]
    if state["hazard"] and state["hazard"]["since"]:
        state["hazard"]["since"] = moment.version
    for offer in state["offers"]:
        if offer["state"] == "done" and offer["capability"] == "field":
            offer["before_reopening"] = True


def fills(offer: dict[str, Any]) -> bool:
    """Whether the offer counts towards a place."""
    return offer["state"] in FILLING and not offer["before_reopening"]


def _offer_made(state: State, event: Event, moment: Moment) -> None:
    names = ("requirement_id", "volunteer_id", "capability", "skill", "expires_ms", "distance_m", "eta_s", "task")
    more = ("chance", "shares_language", "staging", "right")
    by_hand = {"source": event.get("source", "search"), "set_aside": event.get("set_aside", [])}
    offer = moment.published.fresh(
        "Offer",
        id=event["offer_id"],
        state="offered",
        epoch=moment.version,
        created_ms=moment.at_ms,
        changed_ms=moment.at_ms,
        **{name: event[name] for name in names},
        **{name: event.get(name) for name in more},
        **by_hand,
    )
    state["offers"].append(offer)
    if not state["times"]["first_offer_ms"]:
        state["times"]["first_offer_ms"] = moment.at_ms


def _offer_moved(state: State, event: Event, moment: Moment) -> None:
    offer = offer_of(state, event["offer_id"])
    accepted = event["state"] == "accepted"
    offer.update(state=event["state"], reason=event.get("reason"), changed_ms=moment.at_ms)
    if accepted and offer["accepted_ms"] is None:
        offer["accepted_ms"] = moment.at_ms
    if event.get("private_ref"):
        offer["private_ref"] = event["private_ref"]
    if event["state"] not in ASSIGNED:
        offer["unconfirmed"], offer["hazards_on_way"] = None, {}
    if accepted and state["times"]["first_accept_ms"] is None:
        state["times"]["first_accept_ms"] = moment.at_ms
    if event["state"] == "on_scene" and state["times"]["first_on_scene_ms"] is None:
        state["times"]["first_on_scene_ms"] = moment.at_ms


def _result_given(state: State, event: Event, moment: Moment) -> None:
    result = moment.published.whole("TaskResult", event["result"])
    offer_of(state, event["offer_id"]).update(result=result, changed_ms=moment.at_ms)


def _checked_in(state: State, event: Event, moment: Moment) -> None:
    offer_of(state, event["offer_id"])["changed_ms"] = moment.at_ms


def _of_offer(name: str, value: Callable[[Event, Moment], Any]) -> Fold:
    """Sets one field of the offer the event names."""

    def changed(state: State, event: Event, moment: Moment) -> None:
        offer_of(state, event["offer_id"])[name] = value(event, moment)

    return changed


def _of_requirement(name: str, value: Callable[[Event, Moment], Any]) -> Fold:
    """Sets one field of the requirement the event names, if it (still) has it."""

    def changed(state: State, event: Event, moment: Moment) -> None:
        for entry in state["requirements"]:
            if entry["id"] == event["requirement_id"]:
                entry[name] = value(event, moment)

    return changed


def _of_incident(name: str, value: Callable[[Event, Moment], Any]) -> Fold:
    def changed(state: State, event: Event, moment: Moment) -> None:
        state[name] = value(event, moment)

    return changed


def _remeasured(state: State, event: Event, _: Moment) -> None:
    offer_of(state, event["offer_id"]).update(distance_m=event["distance_m"], eta_s=event["eta_s"])


def _escalated(state: State, event: Event, _: Moment) -> None:
    state["alarm_level"] = event["alarm_level"]
    state["escalations"].append(event["reason"])


def _retry(state: State, event: Event, _: Moment) -> None:
    state["retry_at_ms"] = event["at_ms"]
    state["retries"] += 1


def _ladder_scheduled(state: State, event: Event, _: Moment) -> None:
    for entry in state["requirements"]:
        if entry["id"] == event["requirement_id"] and entry["climb"] is not None:
            entry["climb"].update(since_ms=event["since_ms"], due_ms=event["due_ms"], due_reason=event["reason"])


def _added(state: State, event: Event, moment: Moment) -> None:
    state["requirements"] += [moment.published.whole("Requirement", entry) for entry in event["requirements"]]


def _help_asked(state: State, event: Event, moment: Moment) -> None:
    raised = moment.published.whole("Requirement", event["requirement"])
    entries = [raised if entry["id"] == raised["id"] else entry for entry in state["requirements"]]
    state["requirements"] = entries if raised in entries else [*entries, raised]
    _edited(state, ("requirements",), moment)


def _attention(state: State, event: Event, moment: Moment) -> None:
    if _named(event) not in map(_named, state["attention"]):
        names = ("reason", "requirement_id", "detail", "offer_id")
        state["attention"].append({**{name: event.get(name) for name in names}, "since_ms": moment.at_ms})


def _attention_ended(state: State, event: Event, _: Moment) -> None:
    state["attention"] = [one for one in state["attention"] if _named(one) != _named(event)]


def _named(attention: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(attention.get(name) for name in ("reason", "requirement_id", "offer_id"))


def _job_changed(state: State, event: Event, moment: Moment) -> None:
    fields = list(event.get("to_confirm") or ())
    if not fields:
        return
    offer = offer_of(state, event["offer_id"])
    known = offer.get("unconfirmed") or {"changes": [], "state": "asked"}
    changes = [*known["changes"], {"fields": fields, "version": moment.version, "at_ms": moment.at_ms}]
    if len(changes) > OPEN_CHANGES_KEPT:
        first, second, *rest = changes
        both = [*first["fields"], *(name for name in second["fields"] if name not in first["fields"])]
        changes = [{**second, "fields": both, "at_ms": first["at_ms"]}, *rest]
    offer["unconfirmed"] = {"changes": changes, "state": known["state"], "due_ms": event.get("due_ms")}


def _hazard_on_way(state: State, event: Event, _: Moment) -> None:
    offer_of(state, event["offer_id"])["hazards_on_way"][event["hazard_incident_id"]] = event["ground"]


def _distress_again(state: State, event: Event, moment: Moment) -> None:
    if event.get("offer_id") is not None:
        offer_of(state, event["offer_id"])["distress"] = _signal(event, moment)
    else:
        state["signalled_ms"] = moment.at_ms


def _signal(event: Event, moment: Moment) -> dict[str, Any]:
    return {"incident_id": event["child_id"], "at_ms": moment.at_ms, "over_ms": None}


def _distress_linked(state: State, event: Event, _: Moment) -> None:
    if state["parent_id"] is None:
        state["parent_id"] = event["parent_id"]
    else:
        state["also_sent_to"] = [*state["also_sent_to"], event["parent_id"]]


def _distress_marked(state: State, event: Event, _: Moment) -> None:
    distress, now = event["distress_id"], list(event["volunteer_ids"])
    about = {*now, *state["known_distress"].get(distress, {"volunteer_ids": []})["volunteer_ids"]}
    state["known_distress"][distress] = {"version": event["distress_version"], "volunteer_ids": now}
    still = {person for one in state["known_distress"].values() for person in one["volunteer_ids"]}
    for offer in state["offers"]:
        signal, person = offer.get("distress"), offer["volunteer_id"]
        if signal is None or (person not in about and signal["incident_id"] != distress):
            continue
        if person in still:
            offer["distress"] = {**signal, "over_ms": None}
        elif signal.get("over_ms") is None and signal["at_ms"] <= event["at_ms"]:
            offer["distress"] = {**signal, "over_ms": event["at_ms"]}


def _safety_stated(state: State, event: Event, moment: Moment) -> None:
    state["said_safe_ms"][event["volunteer_id"]] = moment.at_ms


def _way_cleared(state: State, event: Event, _: Moment) -> None:
    known = offer_of(state, event["offer_id"])["hazards_on_way"]
    for incident in event["hazard_incident_ids"]:
        known.pop(incident, None)


def _confirmation_missed(state: State, event: Event, _: Moment) -> None:
    offer = offer_of(state, event["offer_id"])
    if offer.get("unconfirmed"):
        offer["unconfirmed"] = {**offer["unconfirmed"], "state": event["state"], "due_ms": event["due_ms"]}


def _confirmed(state: State, event: Event, moment: Moment) -> None:
    offer = offer_of(state, event["offer_id"])
    open_changes = (offer.get("unconfirmed") or {"changes": []})["changes"]
    left = [change for change in open_changes if change["version"] > event["version"]]
    offer["unconfirmed"] = {"changes": left, "state": "asked", "due_ms": event.get("due_ms")} if left else None
    offer["confirmed"] = {"version": event["version"], "at_ms": moment.at_ms}


def _warned(state: State, event: Event, moment: Moment) -> None:
    state["warned"].update(dict.fromkeys(event["volunteer_ids"], moment.version))


def _adopted(state: State, event: Event, moment: Moment) -> None:
    """With the declines of the adopted incident, which is no longer proposed."""
    state["reports"].append(event["other"])
    state["merge_candidates"] = [one for one in state["merge_candidates"] if one["incident_id"] != event["other"]]
    _refused(state, [moment.published.whole("RefusedBefore", one) for one in event.get("refused") or ()])
    if event.get("numbers"):
        numbers = [moment.published.whole("ReportNumber", one) for one in event["numbers"]]
        state["report_numbers"][event["other"]] = numbers
    if event.get("in_distress"):
        state["report_distress"][event["other"]] = list(event["in_distress"])
    if event.get("sent_to"):
        state["report_sent_to"][event["other"]] = [dict(one) for one in event["sent_to"]]


def _refused(state: State, brought: list[dict[str, Any]]) -> None:
    """Adds declines, with one entry per kind of work."""
    people: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in [*state["refused"], *brought]:
        kind = (one["capability"], one["skill"], one["task"] or "")
        known = people.setdefault(kind, {**one, "volunteer_ids": []})
        known["volunteer_ids"] = sorted({*known["volunteer_ids"], *one["volunteer_ids"]})
    state["refused"] = [people[kind] for kind in sorted(people)]


def _released(state: State, event: Event, _: Moment) -> None:
    state["reports"] = [other for other in state["reports"] if other != event["other"]]
    state["report_numbers"].pop(event["other"], None)
    state["report_distress"].pop(event["other"], None)
    state["report_sent_to"].pop(event["other"], None)


def _split(state: State, event: Event, _: Moment) -> None:
    state["split_into"].append(event["into"])
    for one in [person["volunteer_id"] for person in event["moved"]] + list(event["reports"]):
        state["moved_by_split"][one] = event["into"]


def _nothing(_: State, __: Event, ___: Moment) -> None:
    pass


FOLDS: dict[str, Fold] = {
    "incident_updated": _updated,
    "incident_cancelled": _ends("cancelled"),
    "incident_closed": _ends("closed"),
    "incident_reopened": _reopened,
    "incident_escalated": _escalated,
    "note_added": lambda state, event, _: state["notes"].append(event["private_ref"]),
    "offer_made": _offer_made,
    "offer_moved": _offer_moved,
    "result_given": _result_given,
    "checked_in": _checked_in,
    "shortfall_found": _of_requirement(
        "shortfall", lambda event, at: at.published.whole("Shortfall", event["shortfall"])
    ),
    "shortfall_ended": _of_requirement("shortfall", lambda *_: None),
    "retry_scheduled": _retry,
    "wave_timed": _of_requirement("look_at_ms", lambda event, _: event["look_at_ms"]),
    "wave_fell_short": _of_requirement("short_since_ms", lambda event, _: event["since_ms"]),
    "translator_lacked": _of_requirement("translator_since_ms", lambda event, _: event["since_ms"]),
    "lease_held": _of_offer("lease_expires_ms", lambda event, _: event["until_ms"]),
    "answer_wanted": _of_requirement("count", lambda event, _: event["count"]),
    "work_settled": _of_requirement("settled", lambda event, _: event["outcome"]),
    "proposal_made": _proposed,
    "proposal_accepted": _proposal_over,
    "proposal_rejected": _proposal_rejected,
    "proposal_ended": _proposal_over,
    "bridge_ended": _bridge_ended,
    "certainty_changed": _of_incident("certainty", lambda event, _: event["certainty"]),
    "incident_moved": _moved,
    "offer_remeasured": _remeasured,
    "merge_proposed": _of_incident(
        "merge_candidates", lambda event, at: [at.published.whole("MergeCandidate", one) for one in event["candidates"]]
    ),
    "merge_begun": _of_incident("merging", lambda event, _: {name: event[name] for name in ("into", "due_ms", "by")}),
    "merge_ended": _merge_ended,
    "incident_merged": _merged,
    "incident_unmerged": _unmerged,
    "merge_declined": _nothing,
    "report_adopted": _adopted,
    "report_released": _released,
    "incident_split": _split,
    "ladder_scheduled": _ladder_scheduled,
    "ladder_stepped": _of_requirement("climb", lambda event, at: at.published.whole("Climb", event["climb"])),
    "requirements_added": _added,
    "partner_asked": lambda state, event, _: state["escalations"].append(f"partner:{event['partner']}"),
    "attention_raised": _attention,
    "attention_ended": _attention_ended,
    "hazard_declared": _of_incident("hazard", lambda event, at: {"equipped": event["equipped"], "since": at.version}),
    "hazard_ended": _of_incident("hazard", lambda *_: None),
    "hazard_warned": _warned,
    "check_in_clock_set": _of_offer("check_in", lambda event, _: {"state": "running", "due_ms": event["due_ms"]}),
    "check_in_asked": _of_offer("check_in", lambda event, _: {"state": event["state"], "due_ms": event["due_ms"]}),
    "staging_moved": _of_offer("staging", lambda event, _: event["staging"]),
    "coming_asked": _of_offer("watch", lambda event, at: at.published.whole("Watch", event["watch"])),
    "watch_set": _of_offer("watch", lambda event, at: at.published.whole("Watch", event["watch"])),
    "help_asked": _help_asked,
    "job_changed": _job_changed,
    "ways_to_check": _nothing,
    "distress_told": _nothing,
    "offer_yielded": _nothing,
    "hazard_on_way": _hazard_on_way,
    "way_cleared": _way_cleared,
    "confirmation_missed": _confirmation_missed,
    "changes_confirmed": _confirmed,
    "person_reminded": _of_offer("reminded_ms", lambda _, at: at.at_ms),
    "distress_again": _distress_again,
    "distress_raised": _of_offer("distress", _signal),
    "distress_linked": _distress_linked,
    "distress_marked": _distress_marked,
    "safety_stated": _safety_stated,
}
"""What each event changes; `incident_reported` makes the state."""


def _settle(state: State, moment: Moment) -> None:
    """Status, times and clocks that follow from the rest of an open incident."""
    if not is_open(state):
        return
    needs = [(entry, missing(state, entry)) for entry in state["requirements"]]
    if any(entry["shortfall"] for entry in state["requirements"]):
        state["status"] = "unfilled"
    elif any(places for _, places in needs):
        state["status"] = "dispatching"
    else:
        moving = any(offer["state"] in _MOVING and fills(offer) for offer in state["offers"])
        state["status"] = "in_progress" if moving else "staffed"
        if state["requirements"] and state["times"]["staffed_ms"] is None:
            state["times"]["staffed_ms"] = moment.at_ms
    if not any(entry["shortfall"] and not _lacks_place(state, entry) for entry, _ in needs):
        waits = (
            entry["translator_since_ms"] is not None
            or (places > 0 and entry["short_since_ms"] is not None and not _lacks_place(state, entry))
            for entry, places in needs
        )
        state["retry_at_ms"], state["retries"] = state["retry_at_ms"] if any(waits) else None, 0
    for entry, places in needs:
        if entry["climb"] and entry["climb"]["since_ms"] is not None and (not places or _lacks_place(state, entry)):
            entry["climb"].update(since_ms=None, due_ms=None, due_reason=None)
    _prune(state, moment.at_ms)


def _lacks_place(state: State, entry: dict[str, Any]) -> bool:
    """Field work without a place: nobody is searched for it, and its clocks stand still."""
    return state["area"] is None and entry["capability"] == "field"


def _prune(state: State, now_ms: int) -> None:
    """What ended at this very moment stays: it has still to be told of."""
    ended = [offer for offer in state["offers"] if offer["state"] not in LIVE | FILLING]
    surplus = len(ended) - ENDED_OFFERS_KEPT
    if surplus <= 0:
        return
    ended.sort(key=lambda offer: (offer["changed_ms"], offer["id"]))
    gone = [offer for offer in ended[:surplus] if offer["changed_ms"] < now_ms]
    ids = {offer["id"] for offer in gone}
    state["offers"] = [offer for offer in state["offers"] if offer["id"] not in ids]
    state["forgotten_offers"] += len(gone)
    for offer in gone:
        by_hand = offer["reason"] in ("operator", "split") and offer["state"] in ("withdrawn", "stood_down")
        if offer["state"] in _NOT_AGAIN or by_hand:
            people = state["declined"].setdefault(offer["requirement_id"], [])
            if offer["volunteer_id"] not in people:
                people.append(offer["volunteer_id"])
    no = [offer for offer in gone if offer["state"] == "declined"]
    kinds = ("capability", "skill", "task")
    _refused(state, [{**{name: one[name] for name in kinds}, "volunteer_ids": [one["volunteer_id"]]} for one in no])
