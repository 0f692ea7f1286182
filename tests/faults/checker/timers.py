"""Which clocks a state implies, as members of the sorted set of timers: `kind|incident|what|due`."""

from collections.abc import Iterator

from tests.faults.checker.reducer import ASSIGNED, State, is_open, missing

_COMING = frozenset({"accepted", "en_route"})


def implied(state: State) -> Iterator[str]:
    if not is_open(state):
        return
    if state["retry_at_ms"] is not None:
        yield f"retry|{state['id']}||{state['retry_at_ms']}"
    if state["merging"] is not None:
        yield f"merge|{state['id']}||{state['merging']['due_ms']}"
    for kind, what, due_ms in (*_of_offers(state), *_of_requirements(state)):
        if due_ms is not None:
            yield f"{kind}|{state['id']}|{what}|{due_ms}"


def _of_offers(state: State) -> Iterator[tuple[str, str, int | None]]:
    for offer in state["offers"]:
        if offer["state"] == "offered":
            yield "offer_expiry", offer["id"], offer["expires_ms"]
        if offer["state"] in ASSIGNED:
            yield "lease", offer["id"], offer["lease_expires_ms"]
        if offer["unconfirmed"]:
            yield "confirmation", offer["id"], offer["unconfirmed"]["due_ms"]
        if offer["state"] in _COMING and offer["watch"]:
            yield "watch", offer["id"], offer["watch"]["due_ms"]
        if offer["state"] == "on_scene" and offer["capability"] == "field" and offer["check_in"]:
            yield "check_in", offer["id"], offer["check_in"]["due_ms"]


def _of_requirements(state: State) -> Iterator[tuple[str, str, int | None]]:
    for entry in state["requirements"]:
        if entry["climb"]:
            yield "ladder", entry["id"], entry["climb"]["due_ms"]
        if missing(state, entry):
            yield "wave", entry["id"], entry["look_at_ms"]
