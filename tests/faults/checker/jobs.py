"""I17: what somebody who was sent acts on, and whether they are told when it becomes something else.

Read off the states alone: whatever the events of a decision say, a field of a job that differs afterwards has been changed.
"""

from typing import Any

from tests.faults.checker.reducer import ASSIGNED, State, is_open

Job = dict[str, Any]
_OF_THE_FIELD = ("hazard", "staging", "hazard_on_way")


def jobs_of(state: State | None) -> dict[str, Job]:
    """By offer, of everybody who is assigned to an open incident."""
    if state is None or not is_open(state):
        return {}
    common = {name: state[name] for name in ("type", "priority", "language")}
    common |= {"location": state["area"], "hazard": sorted(state["hazard"]["equipped"]) if state["hazard"] else None}
    common |= {name: state.get("details", {}).get(name) for name in ("description", "address", "caller")}
    needs = {entry["id"]: entry for entry in state["requirements"]}
    return {
        offer["id"]: _job(common, offer, needs.get(offer["requirement_id"]))
        for offer in state["offers"]
        if offer["state"] in ASSIGNED
    }


def _job(common: Job, offer: dict[str, Any], need: dict[str, Any] | None) -> Job:
    job = {**common, "staging": offer["staging"], "hazard_on_way": dict(offer["hazards_on_way"])}
    if need is not None:
        job |= {"role": need["role"], "languages": sorted(need["languages"])}
    if offer["capability"] != "field":
        for name in _OF_THE_FIELD:
            del job[name]
    return job


def changed(before: dict[str, Job], after: dict[str, Job]) -> dict[str, set[str]]:
    """By offer of who is assigned before and after, the fields that differ."""
    found = {}
    for offer, job in after.items():
        known = before.get(offer)
        if known is None:
            continue
        names = {name for name in known.keys() & job.keys() if not _is_same(name, known[name], job[name])}
        if names:
            found[offer] = names
    return found


def _is_same(name: str, old: Any, new: Any) -> bool:
    """Ground on the way that is safe again, or left behind, is no danger to confirm."""
    if name == "hazard_on_way":
        return all(old.get(ground) == since for ground, since in new.items())
    return bool(old == new)


def told_as(event: dict[str, Any]) -> str:
    """The notice of a `job_changed`."""
    return "staging_moved" if list(event["changes"]) == ["staging"] else "changed"
