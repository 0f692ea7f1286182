"""Edits of an incident: expected values, the decision on an edit, and the conflicts of a refused one.

Expected values are translated into versions of the present edits, so that the dispatcher can check them in log order without
decrypting private fields. The routes wait for its decision.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from api.caller import Caller
from api.http.audit import record_audit
from api.http.problems import ProblemResponse, invalid
from api.process.services import Services
from api.schemas.edits import IncidentPatch, IncidentValues
from api.views.values import time
from api.writes.present_values import Present, present_values, stated_value
from dispatch.model.decisions import Decision
from dispatch.model.vocabulary import Outcome
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.state.edits import PRIVATE_FIELDS
from streams import clock
from streams.errors import LogUnavailable

DECIDED_WITHIN_S = 1.0
"""Without a decision by then the response is 202 with `links.outcome` (DESIGN 80)."""
SEEN_WITHIN_S = 0.25
"""A caller may expect a value that they sent a moment ago and whose decision is not applied to Redis yet."""
_POLL_EVERY_S = 0.02
_PRECONDITIONS = frozenset({"expected", "edit_version"})
_NOT_REMOVABLE = {
    "location": "a GeoJSON geometry: the location can be changed, not removed",
    "language": "a language tag: the language can be changed, not removed",
}
"""Fields that an incident may lack but no edit removes. null is valid for them while the incident shows null."""


def changes_of(body: IncidentPatch) -> frozenset[str]:
    """Names of the fields that the body sets, without the preconditions."""
    return frozenset(body.model_fields_set) - _PRECONDITIONS


def is_conditional(body: IncidentPatch, if_match: int | None) -> bool:
    return if_match is not None or body.edit_version is not None or body.expected is not None


async def expecting(services: Services, incident_id: str, expected: IncidentValues) -> Present | None:
    """The present values, polled for up to 0.25 s until they are the expected ones. Raises as `present_values`."""
    give_up_s = clock.monotonic_s() + SEEN_WITHIN_S
    while True:
        present = await present_values(services, incident_id)
        # Only expected fields are compared: edits of other fields do not matter.
        if present is None or all(present.matches(expected, name) for name in expected.model_fields_set):
            return present
        if clock.monotonic_s() >= give_up_s:
            return present
        await asyncio.sleep(_POLL_EVERY_S)


def nulls_of(body: IncidentPatch) -> frozenset[str]:
    """The fields that no edit removes and that the body sets to null."""
    return frozenset(name for name in changes_of(body) & _NOT_REMOVABLE.keys() if getattr(body, name) is None)


def unchanged_fields(present: Present | None, body: IncidentPatch) -> frozenset[str]:
    """Fields that the body sets to the value that the incident shows, although the dispatcher could not compare them.

    A command cannot state null, and an incident shows requirements differently from how the response plan states them.
    """
    if present is None:
        return frozenset()
    same = {name for name in nulls_of(body) if present.values[name] is None}
    if body.requirements and present.has_requirements(body.requirements):
        same.add("requirements")
    return frozenset(same)


def expected_edits(present: Present | None, body: IncidentPatch, version: int | None) -> dict[str, int]:
    """`UpdateIncident.expected_edits`: the version of each field's last edit if it has the expected value, else -1.

    `version`: the version that the edit is based on (If-Match, `edit_version`).
    """
    # The command leaves out a null, so its `expected_version` does not cover the field: a form in which the field was null must
    # still conflict with an edit that has set it since.
    edits = dict.fromkeys(sorted(nulls_of(body)), version) if version is not None else {}
    if body.expected is None:
        return edits
    unchanged = unchanged_fields(present, body)
    for name in sorted(body.expected.model_fields_set):
        is_met = present is not None and (name in unchanged or present.matches(body.expected, name))
        edits[name] = present.edit_version(name) if present is not None and is_met else -1
    return edits


def check_readable(present: Present | None, body: IncidentPatch) -> None:
    """Checks that the body replaces no private field whose record cannot be decrypted: nobody could see what was lost.

    Raises:
        ProblemResponse: 409 with the fields.
    """
    if present is None:
        return
    lost = sorted(changes_of(body) & present.unreadable)
    if lost:
        errors = [{"field": name, "expected": "a record that can be decrypted"} for name in lost]
        raise ProblemResponse("private_unreadable", errors=errors)


def check_nulls(present: Present | None, body: IncidentPatch, versions: Mapping[str, int]) -> None:
    """Checks that no null removes a value. `versions`: the `expected_edits` of the command.

    Raises:
        ProblemResponse: 422. Not if the edit conflicts in this field: the dispatcher refuses it with the present value.
    """
    if present is None:  # the dispatcher refuses an edit of an unknown incident
        return
    for name in sorted(nulls_of(body)):
        is_conflict = name in versions and present.edit_version(name) > versions[name]
        if present.values[name] is not None and not is_conflict:
            raise invalid(name, _NOT_REMOVABLE[name], "null")


def check_languages(present: Present | None, body: IncidentPatch) -> None:
    """Checks that each requirement that demands a language of its incident gets one, as a report does.

    Raises:
        ProblemResponse: 422, neither the requirement nor the edit nor the incident states a language.
    """
    if present is None or "requirements" in unchanged_fields(present, body):
        return
    for number, entry in enumerate(body.requirements or ()):
        if entry.needs_language_of_incident and (body.language or present.values["language"]) is None:
            what = "at least one language: it is required, and the incident states none"
            raise invalid(f"requirements[{number}].languages", what, None)


def same_as(present: Present | None, body: IncidentPatch) -> dict[str, str]:
    """`UpdateIncident.same_as`: private fields that the body sets to their present value, each with its record."""
    if present is None:
        return {}
    # The dispatcher decrypts nothing, so it compares references of records instead of values.
    private = [name for name in PRIVATE_FIELDS if name in changes_of(body)]
    return {name: present.held[name] for name in private if present.matches(body, name)}


async def decision_of(
    services: Services, incident_id: str, command_id: str, within_s: float = DECIDED_WITHIN_S
) -> Decision | None:
    """The decision on a command, polled for `within_s`; None if there is none by then or it cannot be read."""
    give_up_s = clock.monotonic_s() + within_s
    while True:
        try:
            if place := await services.marks.read_promptly(services.reads.decision_place(incident_id, command_id)):
                return (await services.explanations.read([place])).get(place)
        # Unknown, not refused: a command that was sent is answered with 202, and its outcome can be read later.
        except (StoreUnavailable, NotReady, LogUnavailable):
            return None
        if clock.monotonic_s() >= give_up_s:
            return None
        await asyncio.sleep(_POLL_EVERY_S)


async def refuse_lost(
    services: Services, caller: Caller, decision: Decision, body: IncidentPatch, *, is_if_match: bool
) -> None:
    """Returns if the decision did not refuse the edit.

    Raises:
        ProblemResponse: 412 with If-Match, else 409, with the conflicts; 409 if the incident has ended.
    """
    if decision.outcome is not Outcome.REFUSED:
        return
    if not decision.conflicts:
        state = (decision.reason or "").removeprefix("incident_")
        code = "incident_ended" if state != decision.reason else "conflict"
        raise ProblemResponse(code, f"the incident is {state}", state=state)
    present, conflicts = await conflicts_of(services, caller, decision, body)
    raise ProblemResponse(
        "version_conflict" if is_if_match else "edit_conflict",
        _lost(decision.conflicts, changes_of(body)),
        headers={"ETag": f'"{present.version if present else decision.version}"'},
        conflicts=conflicts,
    )


def _lost(conflicts: Sequence[str], changes: frozenset[str]) -> str:
    """Separates the fields that the edit changes from those that it only expects: nobody need have edited the latter."""
    edited = [name for name in conflicts if name in changes]
    expected = [name for name in conflicts if name not in changes]
    parts = [("changed by another edit", edited), ("another value than expected", expected)]
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)


async def conflicts_of(
    services: Services, caller: Caller, decision: Decision, body: IncidentPatch | None = None
) -> tuple[Present | None, list[dict[str, Any]]]:
    """The present values, and for each conflict of the decision: `schemas.edits.Conflict`, with `mine` and `expected` if the
    body is known and has them.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read.
    """
    present = await present_values(services, decision.incident_id)
    if present is None:
        return None, [{"field": name} for name in decision.conflicts]
    # The response shows the present private values, which is a disclosure.
    if any(name in PRIVATE_FIELDS for name in decision.conflicts):
        record_audit(services, caller, "incident.private.read", decision.incident_id)
    return present, [_conflict(present, name, body) for name in decision.conflicts]


def _conflict(present: Present, name: str, body: IncidentPatch | None) -> dict[str, Any]:
    edit = present.edits.get(name)
    stated: dict[str, Any] = {}
    if body is not None and name in changes_of(body):
        stated["mine"] = stated_value(body, name)
    if body is not None and body.expected is not None and name in body.expected.model_fields_set:
        stated["expected"] = stated_value(body.expected, name)
    return {
        "field": name,
        **stated,
        "theirs": present.values[name],
        "by": edit.by if edit else present.by,
        "at": time(edit.at_ms if edit else present.at_ms),
    }
