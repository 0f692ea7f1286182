"""How each alarm is raised on a running stack, and how its cause ends. Used by tests/scenarios/test_drills.py.

Most are raised by the fault itself: a process is stopped, a file broken, a record made unreadable, a person in danger. Where the
fault takes many minutes by its nature, what is written is the fact that the alarm is evaluated on, as its writer would write it.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from dispatch.model.reasons import AttentionReason
from dispatch.plans.book import BUILT_IN, load_builtin
from streams import clock, redis_keys
from streams.readers import plans
from streams.settings import Settings
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

REMINDED_AGAIN_AFTER_S = 21.0
"""A person is reminded at most once in 20 s; and no decision of their start is left, which would write the fact anew."""
WORKERS = ("worker-1", "worker-2")


@dataclass(slots=True)
class Fault:
    """`known`: what the words in capitals of the page's commands stand for. `since_s`: when the fault began, by the monotonic
    clock. `end`: mends it."""

    end: Callable[[], None]
    known: Mapping[str, str] = field(default_factory=dict)
    since_s: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a drill is held."""

    komek: WholeStack
    town: Town


Drill = Callable[[Ground], AbstractContextManager[Fault]]
DRILLS: dict[str, Drill] = {}


def drill(*names: str) -> Callable[[Callable[..., Iterator[Fault]]], Callable[..., Iterator[Fault]]]:
    def listed(raised: Callable[..., Iterator[Fault]]) -> Callable[..., Iterator[Fault]]:
        DRILLS.update(dict.fromkeys(names, contextmanager(raised)))
        return raised

    return listed


def keep(name: str, took_s: float, ran: Mapping[str, int], wrong: Sequence[str] = ()) -> None:
    """Adds a line to the table that `KEEP_DRILLS` names: fault to alarm, each command of the page and its exit code."""
    file = os.environ.get("KEEP_DRILLS")
    if not file:
        return
    told = [f"{words} -> {code}" for words, code in ran.items()]
    entry = {"alarm": name, "seconds": round(took_s, 1), "ran": told, "wrong": list(wrong)}
    with Path(file).open("a", encoding="utf-8") as table:
        table.write(json.dumps(entry, ensure_ascii=False) + "\n")


def nothing() -> None:
    """The cause has ended already."""


def stopped(komek: WholeStack, *names: str) -> Callable[[], None]:
    pids = {name: komek.kill(name, signal.SIGSTOP) for name in names}

    def goes_on() -> None:
        for name, pid in pids.items():
            # A part that was ended meanwhile runs anew already.
            if komek.pids.get(name) == pid:
                komek.kill(name, signal.SIGCONT)

    return goes_on


# People and incidents.


def under_way(town: Town) -> tuple[str, Any]:
    person = town.volunteer(f"near-{clock.fresh_id()[:6]}")
    incident = town.report()
    offer = until(lambda: town.live(incident).get(person))
    town.answer(offer, "accept")
    until(lambda: town.is_at(incident, person, "accepted"))
    return incident, offer


def ids(incident: str, offer: Any, **more: str) -> dict[str, str]:
    return {"INCIDENT": incident, "OFFER": offer["id"], **more}


def _attended(town: Town, reason: str) -> Callable[[], None]:
    """As the page says: by the incidents that the alarm names."""

    def settle() -> None:
        told = town.call("GET", "/v1/status", "monitor", "m-1").json()["alarms"]
        named = [one for alarm in told if alarm["name"] == reason for one in alarm["details"]]
        for incident in named:
            answer = town.call("POST", f"/v1/incidents/{incident}/attention", "operator", "op-1", {"reason": reason})
            assert answer.status_code == 202, answer.text

    return settle


@drill("distress")
def _distress(at: Ground) -> Iterator[Fault]:
    incident, offer = under_way(at.town)
    other = at.town.volunteer("other", north_m=700)
    began_s = time.monotonic()
    at.town.answer(offer, "distress", {"text": "құлап қалдым"})
    own = f"/v1/offers/{offer['id']}"
    said = until(lambda: at.town.call("GET", own, "volunteer", offer["volunteer_id"]).json().get("distress"))
    # The alarm names the incident of the danger, not the one that the person was sent to.
    assert said["incident_id"] != incident
    yield Fault(_attended(at.town, "distress"), ids(said["incident_id"], offer, VOLUNTEER=other), began_s)


@drill("ladder_ended")
def _ladder_ended(at: Ground) -> Iterator[Fault]:
    text, version = BUILT_IN.read_text("utf-8"), load_builtin().version
    begin, end = text.index("[ladders.slow]"), text.index("[ladders.digital]")
    short = '[ladders.slow]\ntarget_s = 2\nsteps = [{ at_s = 1, step = "operator" }, { at_s = 2, step = "end" }]\n\n'
    plans.apply(
        Settings(kafka=at.komek.kafka, data=Path()),
        (text[:begin] + short + text[end:]).replace(version, f"{version}-{at.town.tag}"),
    )
    until(
        lambda: at.town.call("GET", "/v1/incident-types", "operator", "op-1").json()["version"].endswith(at.town.tag),
    )
    incident = at.town.report(type="search.missing_person", requirements=None)
    later = at.town.volunteer("later", north_m=5_000, skills=["search"])
    yield Fault(_attended(at.town, "ladder_ended"), {"INCIDENT": incident, "VOLUNTEER": later, "TEXT": "known"})


def _fact(reason: str) -> Callable[[Ground], Iterator[Fault]]:
    """An entry of the attention of an incident, as apply.lua writes it."""

    def raised(at: Ground) -> Iterator[Fault]:
        incident, offer = under_way(at.town)
        time.sleep(REMINDED_AGAIN_AFTER_S)
        with redis.Redis.from_url(at.komek.redis) as client:
            row = f'[["{reason}",{clock.now_ms()},null]]'
            fault = Fault(nothing, ids(incident, offer, N="1"))
            client.hset(redis_keys.ATTENTION, incident, row)
            fault.end = lambda: _removed(at.komek, incident)
            yield fault

    return raised


def _removed(komek: WholeStack, incident: str) -> None:
    with redis.Redis.from_url(komek.redis) as client:
        client.hdel(redis_keys.ATTENTION, incident)


for _reason in ("check_in_overdue", "person_silent", "change_unconfirmed"):
    drill(_reason)(_fact(_reason))


def end_what_is_left(at: Ground, name: str) -> None:
    """Ends an alarm that an earlier drill has left on, so that the drill of this name can begin.

    A worker that stood still decides for a moment beside its successor: the void decisions are real, and told for a day.
    """
    if name == "void_events":
        with redis.Redis.from_url(at.komek.redis) as client:
            client.delete(redis_keys.VOIDS)
    elif name in tuple(AttentionReason):
        _attended(at.town, name)()
