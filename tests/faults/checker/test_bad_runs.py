"""Every invariant has runs that break it, which the checker must catch, and it alone."""

from pathlib import Path

import pytest

from tests.faults.checker import bad_edits, bad_log, bad_people, bad_pictures, bad_promises
from tests.faults.checker.bending import Bend
from tests.faults.checker.building import incident_id
from tests.faults.checker.check import check
from tests.faults.checker.findings import INVARIANTS
from tests.faults.checker.telling import good, reported

SECOND = incident_id("second")
TABLES = (bad_promises.BAD, bad_people.BAD, bad_log.BAD, bad_edits.BAD)
BAD = [(invariant, bend.__name__, bend) for table in TABLES for invariant, bends in table.items() for bend in bends]
BAD += [("I9", name, bend) for name, bend in bad_pictures.PICTURES]
BAD += [("I12", name, bend) for name, bend in bad_pictures.LEAKS]


@pytest.mark.parametrize(("invariant", "bend"), [pytest.param(i, bend, id=f"{i}: {name}") for i, name, bend in BAD])
def test_each_bad_run_is_caught_and_nothing_else_is_said(invariant: str, bend: Bend, tmp_path: Path) -> None:
    story = good()
    bend(story)

    book = check(story.write(tmp_path))

    assert book.broken == {invariant}, [one for name in book.broken - {invariant} for one in book.findings(name)]


@pytest.mark.parametrize("bend", bad_people.TWICE)
def test_nobody_is_booked_twice_whatever_the_faults(bend: Bend, tmp_path: Path) -> None:
    """I3. Who was told of the second offer as well makes it I10; a void event is one whatever comes of it, and allowed here."""
    story = good(profile="double")
    bend(story)

    found = check(story.write(tmp_path)).broken

    assert "I3" in found
    assert found <= {"I3", "I10"}


def test_a_report_that_was_never_decided_is_without_outcome_and_without_end(tmp_path: Path) -> None:
    story = good()
    incident = incident_id("lost")
    story.command("report_incident", incident, type="flood", body_digest="x")
    story.ask("report", "/v1/incidents", key="k9", answer={"id": incident})
    story.after(10_000)

    assert check(story.write(tmp_path)).broken == {"I2", "I6"}


def test_an_incident_that_two_decisions_report(tmp_path: Path) -> None:
    story = good()
    command = story.command("report_incident", SECOND, type="flood", body_digest="y")
    story.decide(command, reported(story), is_told=False)

    assert check(story.write(tmp_path)).broken >= {"I1", "I6"}


def test_recovery_is_judged_by_its_budget_when_told_how_slow_the_machine_is(tmp_path: Path) -> None:
    story = good()
    story.fault("kill worker", "worker-1", "begin")
    command = story.command("add_note", SECOND, private_ref="x")
    story.after(20_000)
    story.decide(command, outcome="unchanged")
    story.fault("kill worker", "worker-1", "end")

    book = check(story.write(tmp_path), budget_factor=2.0)

    assert book.broken == {"I14"}
    assert book.liveness["recovery_s"]["kill worker"]["max"] == 20.0
    assert check(tmp_path, budget_factor=3.0).is_clean
    assert check(tmp_path).is_clean


def test_every_invariant_has_a_bad_run() -> None:
    assert {invariant for invariant, _, _ in BAD} | {"I3", "I14"} == set(INVARIANTS)
