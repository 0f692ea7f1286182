"""The fields of a result, by task and outcome: one table for the HTTP checks, the OpenAPI document and the dispatcher."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.model.vocabulary import Task

FIELDS = ("text", "language", "location", "incident_id")
"""Fields of a result beside `outcome`, named as in the HTTP body. `language` is that of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFields:
    """What a result with one outcome contains. Fields that are neither required nor optional are forbidden."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()

    @property
    def forbidden(self) -> frozenset[str]:
        return frozenset(FIELDS) - self.required - self.optional


_REMARK = ResultFields(optional=frozenset({"text", "language"}))
_TEXT = ResultFields(required=frozenset({"text"}), optional=frozenset({"language"}))
_PLACE = ResultFields(required=frozenset({"location"}), optional=frozenset({"text", "language"}))
_OTHER_INCIDENT = ResultFields(required=frozenset({"incident_id"}), optional=frozenset({"text", "language"}))

RESULTS: Mapping[Task, Mapping[str, ResultFields]] = {
    Task.VERIFY_REPORT: {"confirmed": _REMARK, "false": _REMARK, "unclear": _REMARK},
    Task.CALL_BACK: {"reached": _REMARK, "not_reached": _REMARK, "false": _REMARK},
    Task.GEOLOCATE: {"located": _PLACE, "not_found": _REMARK},
    Task.FIND_DUPLICATES: {"duplicate": _OTHER_INCIDENT, "none": _REMARK},
    Task.TRANSLATE: {"done": _TEXT},
    Task.SUMMARISE: {"done": _TEXT},
    Task.MONITOR_MEDIA: {"done": _TEXT},
    Task.MAP_DAMAGE: {"mapped": _PLACE},
}


def fields_of(outcome: str, task: Task | None = None) -> ResultFields | None:
    """The fields of a result with this outcome; None if the task does not have it.

    Without a task: what holds for every task that has the outcome; None if no task has it.
    """
    tasks = RESULTS.values() if task is None else (RESULTS[task],)
    found = [outcomes[outcome] for outcomes in tasks if outcome in outcomes]
    if not found:
        return None
    required = frozenset[str].intersection(*(entry.required for entry in found))
    allowed = frozenset[str]().union(*(entry.required | entry.optional for entry in found))
    return ResultFields(required=required, optional=allowed - required)


def outcomes_of(task: Task | None) -> list[str]:
    """The outcomes of the task, or of all tasks, sorted."""
    tasks = RESULTS.values() if task is None else (RESULTS[task],)
    return sorted({outcome for outcomes in tasks for outcome in outcomes})
