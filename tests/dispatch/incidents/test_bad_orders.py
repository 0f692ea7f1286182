"""Orders that cannot count: unknown, closed, cancelled and merged incidents, offers that ended, belong to another or come twice.

Each gets an outcome of its own in the log, with a reason an operator can read, and changes nothing.
"""

from typing import Any

import pytest

from dispatch.decide import decide
from dispatch.model.command_kinds import COMMANDS
from dispatch.model.commands import Command, PassDeadline
from dispatch.model.incidents import Incident
from dispatch.model.merges import NewReport
from dispatch.model.people import Found
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import DeadlineKind, IncidentStatus, OfferState, Outcome
from tests.support.builders import INCIDENT, NOW_MS, Story, candidate, helpers, incident, offer, plans, spec, view

OTHER = INCIDENT[:-1] + "f"
STATED: dict[str, dict[str, Any]] = {
    "report_incident": {"type": "flood", "body_digest": "another"},
    "add_note": {"private_ref": "incident:note"},
    "assign_volunteer": {"volunteer_id": "v-1", "requirement_id": "r1"},
    "report_progress": {"state": OfferState.EN_ROUTE},
    "confirm_changes": {"version": 1},
    "give_result": {"outcome": "confirmed"},
    "lose_verification": {"skill": "doctor"},
    "merge_incident": {"into": OTHER},
    "split_incident": {"report": NewReport(command_id="c-2", incident_id=OTHER, type="flood", body_digest="d")},
    "adopt_report": {"other": OTHER},
    "finish_merge": {"into": OTHER},
    "end_merge": {"into": OTHER},
    "release_report": {"other": OTHER},
    "settle_attention": {"reason": "unfilled"},
    "accept_proposal": {"proposal_id": "p-1"},
    "reject_proposal": {"proposal_id": "p-1"},
    "check_way": {"hazard_incident_id": OTHER},
    "enter_hazard": {"volunteer_ids": ("v-1",), "ground": 1},
    "mark_distress": {"distress_id": OTHER, "distress_version": 1},
    "pass_deadline": {"deadline": DeadlineKind.OFFER_EXPIRY, "due_ms": NOW_MS},
    "decline_offer": {"reason": DeclineReason.BUSY},
}
OF_OFFERS = frozenset(
    name for name, kind in COMMANDS.items() if "offer_id" in kind.__dataclass_fields__ and name != "pass_deadline"
)


def order(name: str, *, offer_id: str = "o-nobody", volunteer_id: str = "v-1") -> Command:
    held: dict[str, Any] = {"offer_id": offer_id, "volunteer_id": volunteer_id}
    fields = COMMANDS[name].__dataclass_fields__
    stated = STATED.get(name, {}) | {key: value for key, value in held.items() if key in fields}
    return COMMANDS[name](id="c-1", incident_id=INCIDENT, by="somebody", sent_ms=NOW_MS, **stated)


def outcome(state: Incident | None, command: Command) -> tuple[Outcome, str | None]:
    """Of the order, which leaves everything as it was."""
    decision = decide(view(state, command), command, plans(), lambda _: Found())
    if decision.outcome is not Outcome.APPLIED:
        assert decision.events == ()
        assert decision.version == (state.version if state else 0)
    assert decision.cause.command_id == command.id
    return decision.outcome, decision.reason


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"report_incident"}))
def test_an_order_about_an_unknown_incident_is_refused_and_says_so(name: str) -> None:
    assert outcome(None, order(name)) == (Outcome.REFUSED, "unknown_incident")


COUNTS_AFTER_THE_END = {"add_note", "finish_merge", "unmerge_incident", "reopen_incident", "mark_distress"}
"""A note is kept; what another incident asks or tells is heard; a merge can be undone, and an end as well."""


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - COUNTS_AFTER_THE_END))
@pytest.mark.parametrize(
    "state",
    [
        incident(status=IncidentStatus.CLOSED),
        incident(status=IncidentStatus.CANCELLED),
        incident(status=IncidentStatus.CLOSED, merged_into=OTHER),
    ],
    ids=["closed", "cancelled", "merged"],
)
def test_an_order_about_an_ended_incident_changes_nothing_and_says_why(state: Incident, name: str) -> None:
    result, reason = outcome(state, order(name))

    assert result is not Outcome.APPLIED
    assert reason


@pytest.mark.parametrize("name", sorted(OF_OFFERS))
def test_an_answer_to_an_offer_nobody_made_is_told_so(name: str) -> None:
    result, reason = outcome(incident(), order(name))

    assert result is not Outcome.APPLIED
    assert reason == "unknown_offer"


@pytest.mark.parametrize(
    "name",
    sorted(
        OF_OFFERS - {"void_offer", "leave_duty", "lose_verification", "withdraw_offer", "remind_person", "yield_offer"}
    ),
)
def test_nobody_answers_for_another(name: str) -> None:
    state = incident(offers=(offer(OfferState.ACCEPTED, accepted_ms=NOW_MS),))

    assert outcome(state, order(name, offer_id="o-1", volunteer_id="somebody-else")) == (
        Outcome.REFUSED,
        "not_your_offer",
    )


ENDED = [OfferState.DECLINED, OfferState.EXPIRED, OfferState.WITHDRAWN, OfferState.STOOD_DOWN, OfferState.VOID]


@pytest.mark.parametrize("state", ENDED)
@pytest.mark.parametrize(
    "name", ["decline_offer", "report_progress", "check_in", "ask_for_help", "give_result", "confirm_changes"]
)
def test_an_answer_to_an_offer_that_ended_changes_nothing(name: str, state: OfferState) -> None:
    result, reason = outcome(incident(offers=(offer(state),)), order(name, offer_id="o-1"))

    assert result is not Outcome.APPLIED
    assert reason


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_the_same_answer_twice_is_one_answer(answer: str) -> None:
    story = Story(helpers("v-1"))
    story.report(spec())
    getattr(story, answer)("v-1")
    before = story.incident

    again = getattr(story, answer)("v-1")

    assert again.outcome is Outcome.UNCHANGED
    assert story.incident == before


def test_a_deadline_about_nothing_changes_nothing() -> None:
    story = Story([candidate("v-1")])
    story.report(spec())

    for kind in DeadlineKind:
        command = PassDeadline(
            id="c-1",
            incident_id=INCIDENT,
            by="dispatcher",
            sent_ms=NOW_MS,
            deadline=kind,
            due_ms=NOW_MS,
            offer_id="o-nobody",
            requirement_id="r-nobody",
        )
        assert outcome(story.incident, command)[0] is not Outcome.APPLIED
