"""Edits field by field: the order of the log decides, different fields never meet, the loser leaves nothing."""

from typing import Any

import pytest

from dispatch.model.commands import CancelIncident, ReportIncident, UpdateIncident
from dispatch.model.incident_events import IncidentUpdated
from dispatch.model.incidents import Edit
from dispatch.model.private_refs import report_ref, text_ref
from dispatch.model.vocabulary import OfferState, Outcome, Priority
from dispatch.state import edits
from dispatch.state.lifecycle import fold
from tests.support.builders import INCIDENT, NOW_MS, Story, candidate, point, spec

REPORT = report_ref(INCIDENT)


def reported(**stated: Any) -> Story:
    story = Story([candidate("near")])
    story.report(**stated)
    return story


def own_ref(story: Story, kind: str = "update") -> str:
    """Of the command that comes next."""
    return text_ref(INCIDENT, kind, f"c-{len(story.decisions)}")


def write(story: Story, *fields: str, **stated: Any) -> str:
    """An update with new values for these private fields; returns the reference of its record."""
    ref = own_ref(story)
    story.update(private_ref=ref, private_fields=fields, **stated)
    return ref


def test_edits_of_different_fields_never_conflict() -> None:
    story = reported()
    since = story.incident.version

    address = write(story, "address", expected_version=since)
    caller = write(story, "caller", expected_version=since)
    story.update(priority=Priority.LOW, expected_version=since)

    assert [one.outcome for one in story.decisions[1:]] == [Outcome.APPLIED] * 3
    assert edits.details_of(story.incident) == {"description": REPORT, "address": address, "caller": caller}
    assert story.incident.priority is Priority.LOW


def test_the_later_of_two_edits_of_one_field_is_refused_and_changes_nothing_else() -> None:
    story = reported()
    since = story.incident.version
    story.update(priority=Priority.LOW, expected_version=since)
    before = story.incident

    ref = write(story, "description", priority=Priority.CRITICAL, expected_version=since)

    assert (story.last.outcome, story.last.reason) == (Outcome.REFUSED, "version_conflict")
    assert story.last.conflicts == ("priority",)
    assert story.last.unused_refs == (ref,)
    assert story.incident == before


def test_without_a_precondition_the_last_writer_wins_field_by_field() -> None:
    story = reported()
    first = write(story, "address", "caller")
    second = write(story, "address")

    assert edits.details_of(story.incident) == {"description": REPORT, "address": second, "caller": first}
    assert [one.unused_refs for one in story.decisions] == [(), (), ()]


def test_offers_made_meanwhile_are_no_conflict() -> None:
    story = reported()
    since = story.incident.version
    story.accept("near")
    story.progress("near", OfferState.EN_ROUTE)

    story.update(priority=Priority.LOW, expected_version=since)

    assert story.last.outcome is Outcome.APPLIED


def test_a_version_not_reached_yet_conflicts_with_every_change() -> None:
    story = reported()

    story.update(priority=Priority.LOW, expected_version=story.incident.version + 1)

    assert (story.last.reason, story.last.conflicts) == ("version_conflict", ("priority",))


@pytest.mark.parametrize(
    "same",
    [
        {"type": "medical.other"},
        {"priority": Priority.HIGH},
        {"area": point()},
        {"language": "kk"},
        {"requirements": (spec(),)},
    ],
    ids=lambda stated: next(iter(stated)),
)
def test_the_present_value_is_neither_a_change_nor_a_conflict(same: dict[str, Any]) -> None:
    story = Story([candidate("near")])
    story.report(spec(), language="en", priority=Priority.LOW)
    since = story.incident.version
    story.update(language="kk", priority=Priority.HIGH)
    before = story.incident

    story.update(**same, expected_version=since)

    assert (story.last.outcome, story.last.reason) == (Outcome.UNCHANGED, "nothing_changed")
    assert story.incident == before


def test_the_private_value_that_holds_already_is_no_change_and_its_record_is_not_needed() -> None:
    story = reported()
    since = story.incident.version
    held = write(story, "address")

    ref = own_ref(story)
    same = {"private_ref": ref, "private_fields": ("address",), "same_as": {"address": held}}
    story.update(**same, expected_version=since)

    assert (story.last.outcome, story.last.unused_refs) == (Outcome.UNCHANGED, (ref,))
    assert story.incident.details == {"address": held}


def test_the_same_as_a_record_that_holds_no_longer_is_a_change() -> None:
    story = reported()
    write(story, "address")

    ref = write(story, "address", same_as={"address": REPORT})

    assert story.incident.details == {"address": ref}


def test_an_update_names_what_it_really_changed_and_who_did_it() -> None:
    story = reported(language="kk")

    ref = write(story, "description", "address", priority=Priority.LOW, language="kk", same_as={"address": REPORT})

    fact = next(one for one in story.last.events if isinstance(one, IncidentUpdated))
    assert (fact.changed, fact.by) == (("priority", "description"), "operator")
    assert fact.details == {"description": ref}
    assert story.incident.edits == dict.fromkeys(
        ("priority", "description"), Edit(version=2, by="operator", at_ms=NOW_MS)
    )
    assert edits.edit_version(story.incident) == 2


def test_an_incident_that_was_never_edited_has_edit_version_0() -> None:
    story = reported()
    story.accept("near")

    assert edits.edit_version(story.incident) == 0


@pytest.mark.parametrize(
    ("expected", "stated", "conflicts"),
    [
        ({"priority": 0}, {"language": "ru"}, ("priority",)),  # edited since, though the update leaves it alone
        ({"priority": 2}, {"language": "ru"}, ()),  # compared as it stands
        ({"priority": -1}, {"priority": Priority.CRITICAL}, ("priority",)),  # was another value when it was compared
        ({"priority": -1}, {"priority": Priority.LOW}, ()),  # … but is what the update wants
        ({"location": -1}, {"priority": Priority.CRITICAL}, ("location",)),
        ({"address": 0}, {"priority": Priority.CRITICAL}, ()),
        ({"priority": 2, "language": 0, "address": 0}, {"priority": Priority.CRITICAL}, ()),
    ],
)
def test_expected_values_are_judged_by_the_edits_after_they_were_compared(
    expected: dict[str, int], stated: dict[str, Any], conflicts: tuple[str, ...]
) -> None:
    story = reported()
    story.update(priority=Priority.LOW)

    story.update(**stated, expected_edits=expected)

    assert story.last.conflicts == conflicts
    assert story.last.reason == ("edit_conflict" if conflicts else story.last.reason)
    assert (story.last.outcome is Outcome.REFUSED) is bool(conflicts)


def test_more_people_wanted_on_scene_are_not_taken_away_by_an_older_list() -> None:
    story = reported()
    since = story.incident.version
    story.accept("near")
    story.progress("near", OfferState.ON_SCENE)
    story.ask_for_help("near", count=2)

    story.update(spec("boat"), expected_version=since)

    assert story.last.conflicts == ("requirements",)
    assert story.incident.edits["requirements"].version == story.incident.version


def test_a_changed_type_keeps_requirements_stated_since_it_was_read() -> None:
    story = reported()
    since = story.incident.version
    story.update(spec("boat"))

    story.update(type="flood", expected_version=since)

    assert (story.incident.type, [one.skill for one in story.incident.requirements]) == ("flood", ["boat"])


def test_private_fields_without_a_record_change_nothing() -> None:
    story = reported()

    story.update(private_fields=("address",))

    assert (story.last.outcome, story.incident.details) == (Outcome.UNCHANGED, {})


def test_a_report_names_its_private_record() -> None:
    story = Story()
    ref = own_ref(story, "report")

    story.report(private_ref=ref, private_fields=("caller",))

    assert edits.details_of(story.incident) == {"description": REPORT, "address": REPORT, "caller": ref}
    assert story.last.unused_refs == ()


def test_another_report_under_the_same_key_leaves_no_record() -> None:
    story = reported()
    ref = own_ref(story, "report")

    story.report(private_ref=ref, private_fields=("caller",), body_digest="another")

    assert (story.last.reason, story.last.unused_refs) == ("idempotency_key_reused", (ref,))


@pytest.mark.parametrize(
    "ref",
    [
        REPORT,  # the report's
        text_ref(INCIDENT, "update", "c-9"),  # of another command
        text_ref("i-83-other", "update", "c-1"),  # of another incident
        "volunteer:v-1",
        None,
    ],
)
def test_only_a_record_of_the_command_itself_is_erased(ref: str | None) -> None:
    named: Any = {"id": "c-1", "incident_id": INCIDENT, "by": "operator", "sent_ms": NOW_MS, "private_ref": ref}

    refused = edits.unused_refs(UpdateIncident(**named, private_fields=("address",)), None)

    assert refused == ()


def test_texts_of_other_orders_stay() -> None:
    ref = text_ref(INCIDENT, "reason", "c-1")
    command = CancelIncident(id="c-1", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS, private_ref=ref)

    assert edits.unused_refs(command, None) == ()


def test_an_update_of_an_unknown_incident_leaves_no_record() -> None:
    story = Story()

    ref = write(story, "address")

    assert (story.last.reason, story.last.unused_refs) == ("unknown_incident", (ref,))


def test_a_log_folded_anew_gives_the_same_details_and_edits() -> None:
    story = reported()
    write(story, "address", "caller")
    write(story, "address", priority=Priority.LOW)

    state = None
    for one in story.decisions:
        state = fold(state, one)

    assert state == story.incident


def test_the_fields_are_those_of_the_commands() -> None:
    private = set(edits.PRIVATE_FIELDS)
    public = {"location" if name == "area" else name for name in UpdateIncident.__dataclass_fields__}

    assert set(edits.FIELDS) - private <= public
    assert "private_ref" in ReportIncident.__dataclass_fields__
