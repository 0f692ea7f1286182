"""An incident whose work is done says so, and never while anything is left to do."""

from dataclasses import replace
from typing import Any

import pytest

from api.views.ending import is_ready_to_close
from api.views.rows import row
from dispatch.model.distress_links import KnownDistress
from dispatch.model.incidents import Attention
from dispatch.model.merges import Merging
from dispatch.model.proposals import Proposal
from dispatch.model.vocabulary import IncidentStatus, OfferState, ResultKind
from streams.clock import rfc3339
from tests.support.builders import NOW_MS, incident, offer, requirement

DONE = offer(OfferState.DONE)
WAITING = Proposal(id="p-1", kind=ResultKind.FALSE, requirement_id="r1", at_ms=NOW_MS, said=(), because=())


def test_it_is_ready_when_everybody_who_was_needed_is_done() -> None:
    ended = (DONE, offer(OfferState.DECLINED, id="o-2"), offer(OfferState.STOOD_DOWN, id="o-3"))

    assert row(incident(offers=ended))["ready_to_close"]


def test_it_is_ready_when_an_operator_has_taken_the_last_person_and_place_away() -> None:
    withdrawn = (offer(OfferState.WITHDRAWN),)

    assert row(incident(offers=withdrawn, requirements=()))["ready_to_close"]
    assert not is_ready_to_close(incident(offers=withdrawn))


@pytest.mark.parametrize(
    "left_to_do",
    [
        # Nobody was ever needed: a hazard area that is watched.
        {"offers": (), "requirements": ()},
        # Nobody has done anything yet.
        {"offers": ()},
        # Settled without anybody.
        {"offers": (), "requirements": (requirement(settled="confirmed"),)},
        # Somebody is at work, or asked.
        {"offers": (DONE, offer(OfferState.ON_SCENE, id="o-2"))},
        {"offers": (DONE, offer(OfferState.OFFERED, id="o-2"))},
        # A place is open.
        {"offers": (DONE,), "requirements": (requirement(count=2),)},
        {"offers": (DONE,), "requirements": (requirement(), requirement(id="r2"))},
        # Something waits for an operator.
        {"offers": (DONE,), "attention": (Attention(reason="distress"),)},
        {"offers": (DONE,), "proposals": (WAITING,)},
        # A person who was sent is in danger, whether or not an operator has handled the attention about it.
        {"offers": (DONE,), "known_distress": {"i-2": KnownDistress(version=1, volunteer_ids=("v-2",))}},
        # It is about to end otherwise, or has ended.
        {"offers": (DONE,), "merging": Merging(into="i-2", due_ms=NOW_MS, by="op-1")},
        {"offers": (DONE,), "status": IncidentStatus.CLOSED},
    ],
)
def test_it_is_not_ready_while_anything_is_left(left_to_do: dict[str, Any]) -> None:
    state = incident(**left_to_do)

    assert not is_ready_to_close(state)
    assert "ready_to_close" not in row(state)


def test_a_danger_that_has_ended_holds_nothing_up() -> None:
    assert row(incident(offers=(DONE,), known_distress={"i-2": KnownDistress(version=2)}))["ready_to_close"]


IN_DANGER = (Attention(reason="distress", since_ms=NOW_MS),)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, None),
        ({"v-1": NOW_MS + 5}, NOW_MS + 5),
        # Before the newest signal.
        ({"v-1": NOW_MS - 1}, None),
    ],
)
def test_who_is_in_danger_and_said_to_be_safe_is_told_in_the_row(said: dict[str, int], told: int | None) -> None:
    state = incident(distress_of="v-1", attention=IN_DANGER, said_safe_ms=said)

    assert row(state).get("said_safe_at") == (None if told is None else rfc3339(told))


def test_one_of_two_in_danger_who_is_safe_is_not_both() -> None:
    state = incident(distress_of="v-1", report_distress={"i-2": ("v-2",)}, attention=IN_DANGER)

    assert "said_safe_at" not in row(replace(state, said_safe_ms={"v-1": NOW_MS + 5}))
    assert row(replace(state, said_safe_ms={"v-1": NOW_MS + 5, "v-2": NOW_MS + 9}))["said_safe_at"] == rfc3339(
        NOW_MS + 9
    )


def test_what_has_ended_says_nothing_of_safety() -> None:
    state = incident(distress_of="v-1", status=IncidentStatus.CLOSED, said_safe_ms={"v-1": NOW_MS})

    assert "said_safe_at" not in row(state)
