"""`komek cap follow` around its rounds: what is wrong use, how long it waits, what it tells once."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from dispatch.cap.steps import StepKind
from streams import metrics
from streams.cap.importing import Done
from streams.cli.cap_follow import IDLE_S, LONGEST_PAUSE_S, Told, pause_s
from streams.components import ApiClient
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
