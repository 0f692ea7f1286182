"""Runs in which edits are lost, taken from nobody, or leave what they brought: I18."""

from typing import Any

from tests.faults.checker.bending import Bend
from tests.faults.checker.building import Json, Story, incident_id
from tests.faults.checker.telling import edit, record_of
from tests.faults.checker.topics import PRIVATE

SECOND = incident_id("second")


def ref_of(name: str) -> str:
    return record_of(SECOND, name)


def edited(story: Story, *fields: str, **stated: Any) -> None:
    edit(story, SECOND, *fields, **stated)


def refused(
    story: Story, *fields: str, name: str, conflicts: tuple[str, ...], is_erased: bool = True, **stated: Any
) -> None:
    ref = ref_of(name)
    story.put(PRIVATE, ref, b"\x01sealed")
    command = story.command(
        "update_incident", SECOND, name=name, private_ref=ref, private_fields=list(fields), **stated
    )
    told: Json = {"conflicts": list(conflicts), "unused_refs": [ref] if is_erased else []}
    story.decide(command, outcome="refused", reason="version_conflict", **told)
    if is_erased:
        story.put(PRIVATE, ref, None)


def well_edited(story: Story) -> None:
    """Nothing is wrong with these."""
    edited(story, "address", name="e1", priority="low")
    edited(story, "caller", name="e2", expected_version=2)
    edited(story, "address", name="e3", expected_edits={"address": story.states[SECOND]["edits"]["address"]["version"]})
    refused(story, "address", name="e4", conflicts=("address",), expected_version=1)
    edited(story, "address", "description", name="e5", changed=("description",), same_as={"address": ref_of("e3")})
    retyped(story, "critical", name="retyped", incident_type="medical.cardiac_arrest")
    story.after(10_000)


def forgets_a_private_field(story: Story) -> None:
    edited(story, "address", "caller", name="e1", changed=("address",))
    story.after(10_000)


def forgets_a_public_field(story: Story) -> None:
    well_edited(story)
    command = story.command("update_incident", SECOND, name="e6", priority="low")
    state = story.states[SECOND]
    assert state["priority"] != "low"
    kept = {key: state[key] for key in ("type", "priority", "language", "area", "requirements", "plan_version")}
    story.decide(command, {"kind": "incident_updated", **kept, "changed": [], "by": "op-1"})
    story.after(10_000)


def changes_what_nobody_named(story: Story) -> None:
    edited(story, "address", name="e1")
    state = story.states[SECOND]
    command = story.command("update_incident", SECOND, name="e2", language="ru")
    kept = {key: state[key] for key in ("type", "area", "requirements", "plan_version")}
    event = {"kind": "incident_updated", **kept, "priority": "low", "language": "ru", "changed": ["language"]}
    assert state["priority"] != "low"
    story.decide(command, {**event, "by": "op-1"})
    story.after(10_000)


def retyped(story: Story, priority: str, *, name: str, incident_type: str) -> None:
    """An edit that states the type alone, and a decision that gives the incident this priority besides."""
    state = story.states[SECOND]
    kept = {key: state[key] for key in ("area", "language", "requirements", "plan_version")}
    changed = ["type", "priority"] if priority != state["priority"] else ["type"]
    stated = {"type": incident_type, "priority": priority, "changed": changed, "by": "op-1"}
    command = story.command("update_incident", SECOND, name=name, type=incident_type)
    story.decide(command, {"kind": "incident_updated", **kept, **stated})
    story.after(100)


def lowers_the_priority_with_the_type(story: Story) -> None:
    retyped(story, "low", name="e1", incident_type="welfare.check")
    story.after(10_000)


def overwrites_what_was_not_seen(story: Story) -> None:
    edited(story, "address", name="e1")
    edited(story, "address", name="e2", expected_version=1)
    story.after(10_000)


def overwrites_what_was_not_expected(story: Story) -> None:
    edited(story, "address", name="e1")
    edited(story, "address", name="e2", expected_edits={"address": 0})
    story.after(10_000)


def refuses_without_cause(story: Story) -> None:
    edited(story, "address", name="e1")
    refused(story, "caller", name="e2", conflicts=("caller",), expected_version=1)
    story.after(10_000)


def the_loser_leaves_its_record(story: Story) -> None:
    edited(story, "address", name="e1")
    refused(story, "address", name="e2", conflicts=("address",), is_erased=False, expected_version=1)
    story.after(10_000)


def the_record_of_the_loser_comes_back(story: Story) -> None:
    well_edited(story)
    story.put(PRIVATE, ref_of("e4"), b"\x01sealed")


def what_holds_a_field_is_erased(story: Story) -> None:
    well_edited(story)
    story.put(PRIVATE, ref_of("e3"), None)


BAD: dict[str, list[Bend]] = {
    "I18": [
        forgets_a_private_field,
        forgets_a_public_field,
        changes_what_nobody_named,
        lowers_the_priority_with_the_type,
        overwrites_what_was_not_seen,
        overwrites_what_was_not_expected,
        refuses_without_cause,
        the_loser_leaves_its_record,
        the_record_of_the_loser_comes_back,
        what_holds_a_field_is_erased,
    ]
}
