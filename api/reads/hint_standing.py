"""How good the assistant's hints have been, by work and language, as its followers know it."""

from typing import Any

from api.process.services import Services
from dispatch.assistant.floors import ENOUGH, FLOORS, verdict
from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.languages import Language
from dispatch.assistant.standing import Standing, figures
from streams.clock import rfc3339
from streams.wire import Mode, ModeRecord


def mode_view(
    task: HintTask | None, language: Language | None, mode: Mode, record: ModeRecord | None
) -> dict[str, Any]:
    """`schemas.assistant.ModeShown`."""
    return {
        "task": task,
        "language": language,
        "mode": mode,
        "by": record.by if record else None,
        "at": rfc3339(record.at_ms) if record else None,
    }


def task_standing(services: Services, task: HintTask, language: Language | None) -> dict[str, Any]:
    """`schemas.assistant.TaskStanding`."""
    book = services.assistant_modes
    own = book.own_shadow(task, language) if language else None
    known = services.assistant_standing.newest(task, language) if language else None
    found = figures(known.standing if known else Standing())
    return {
        **mode_view(task, language, book.mode(task, language), own or book.record(task, language)),
        "verdict": verdict(task, found),
        "enough": ENOUGH,
        "reason": own.reason if own else None,
        "version": known.version if known else None,
        "judged": found.judged,
        "right": found.right,
        "lower_bound": round(found.lower_bound, 4) if found.judged else None,
        "floor": FLOORS[task],
        "alone": {"judged": found.alone_judged, "right": found.alone_right},
        "hidden": {"judged": found.hidden_judged, "right": found.hidden_right},
        "calibration_error": _rounded(found.calibration_error),
        "drift": _rounded(found.drift),
        "is_drifting": found.is_drifting,
        "automation_bias": _rounded(found.automation_bias),
        "wrong_shown": found.wrong_shown,
        "wrong_hidden": found.wrong_hidden,
        "judged_at": rfc3339(known.at_ms) if known else None,
    }


def report_standing(services: Services, language: str) -> dict[str, Any]:
    """`schemas.assistant.StandingRead`: of the likeliest type of reports in a language."""
    known = services.assistant_standing.newest(HintTask.REPORT, language)
    found = figures(known.standing if known else Standing())
    return {
        "verdict": verdict(HintTask.REPORT, found),
        "judged": found.judged,
        "lower_bound": round(found.lower_bound, 4) if found.judged else None,
    }


def learnt_of(services: Services) -> dict[str, Any] | None:
    """`schemas.assistant.LearntShown`."""
    known = services.assistant_standing.weights
    if known is None:
        return None
    return {
        "digest": known.digest,
        "examples": known.examples,
        "held_out": known.held_out,
        "before": round(known.before, 4),
        "after": round(known.after, 4),
        "at": rfc3339(known.at_ms),
    }


def lag_of(services: Services) -> int | None:
    """Decisions whose texts are not read yet, as measured last."""
    measured = services.monitor.last
    return measured.assistant.lag if measured is not None and measured.assistant is not None else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
