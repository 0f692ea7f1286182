"""`komek cap follow` around its rounds: what is wrong use, how long it waits, what it tells once."""

import threading
from pathlib import Path
from typing import cast

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from dispatch.cap.rules import built_in
from dispatch.cap.steps import StepKind
from dispatch.plans.book import load_builtin
from streams import metrics
from streams.cap.desk import ApiAway, ApiDesk, TypeInForce
from streams.cap.following import FeedState, Follower
from streams.cap.importing import Done
from streams.cli.cap_follow import IDLE_S, LONGEST_PAUSE_S, Following, Told, pause_s
from streams.components import ApiClient
from streams.probe_server import ProbeServer
from tests.support.cli import komek


@pytest.mark.parametrize(
    ("failures", "ahead_ms", "expected"),
    [
        (0, 5_000, 5.0),
        (0, -5_000, 0.0),
        (0, 600_000, IDLE_S),
        (1, 600_000, 2.0),
        (5, 0, 32.0),
        (6, 0, LONGEST_PAUSE_S),
        (5_000, 0, LONGEST_PAUSE_S),
    ],
)
def test_the_pause_is_bounded_however_long_the_api_is_away(failures: int, ahead_ms: int, expected: float) -> None:
    assert pause_s(failures, ahead_ms) == expected


@pytest.mark.parametrize(
    ("feeds", "said"),
    [((), "no feed to follow"), (("one.example",), "one.example: expected an address with http or https")],
)
def test_without_an_address_there_is_nothing_to_follow(feeds: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = komek("cap", "follow", *feeds, "--token", "x", KOMEK_DATA=str(tmp_path))

    assert done.returncode == 2
    assert said in done.stderr


def counted() -> dict[str, float]:
    found = families(metrics.exposition(ApiClient.FOLLOWER).decode())
    samples = [sample for one in found for sample in one.samples if sample.name == "komek_cap_alerts_total"]
    return {sample.labels["outcome"]: sample.value for sample in samples}


def test_each_outcome_of_a_message_is_told_and_counted_once() -> None:
    told, before = Told(), counted()
    reported = Done(identifier="KZ-1", event="Flood", reason="rule", step=StepKind.REPORT, incident_id="i-1")
    refused = Done(identifier="KZ-2", event="Flood", reason="422 invalid type", step=None, is_refused=True)
    unusable = Done(identifier="KZ-3", event="Flood", reason="sent_ahead: it says", step=None)
    seen = Done(identifier="KZ-1", event="Flood", reason="seen_before", step=StepKind.IGNORE)

    for _ in range(3):
        told.tell([reported, refused, unusable, seen])

    grown = {outcome: value - before.get(outcome, 0) for outcome, value in counted().items()}
    assert {outcome: value for outcome, value in grown.items() if value} == {"report": 1, "refused": 1, "unusable": 1}


class Desk:
    """An API with these types of incidents; None: it does not answer."""

    def __init__(self) -> None:
        self.plans: dict[str, bool] | None = {
            plan.type: plan.precautions.hazard for plan in load_builtin().plans.values()
        }

    def types(self) -> list[TypeInForce]:
        if self.plans is None:
            raise ApiAway("401 unauthenticated")
        return [TypeInForce(type=name, has_hazard=hazard) for name, hazard in self.plans.items()]


class Rounds:
    """A follower of quiet feeds. `rounds`: that were made."""

    def __init__(self) -> None:
        self.feeds: list[FeedState] = []
        self.rounds = 0

    def next_ms(self) -> int:
        return 0

    def round(self, now_ms: int) -> list[Done]:
        assert now_ms
        self.rounds += 1
        return []


def test_a_rule_that_no_plan_has_stops_no_other_warning_and_a_token_that_ended_is_found_while_all_is_quiet() -> None:
    desk, rounds, probes = Desk(), Rounds(), ProbeServer(ApiClient.FOLLOWER)
    following = Following(built_in(), cast(ApiDesk, desk), cast(Follower, rounds), probes, threading.Event())

    following.once(1)
    assert (rounds.rounds, probes.ready.is_set()) == (1, True)

    assert desk.plans is not None
    whole, desk.plans = desk.plans, {name: hazard for name, hazard in desk.plans.items() if name != "flood"}
    following.once(2)
    assert (rounds.rounds, probes.ready.is_set()) == (2, False)

    desk.plans = None
    following.once(3)
    assert (rounds.rounds, probes.ready.is_set()) == (2, False)

    desk.plans = whole
    following.once(4)
    assert (rounds.rounds, probes.ready.is_set()) == (3, True)
