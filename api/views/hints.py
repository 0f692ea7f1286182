"""Hints as the API shows them; each with the mark of what software made."""

from collections.abc import Sequence

from api.views.values import View
from streams.clock import rfc3339
from streams.wire import HintPrivate, HintsPrivate, Mode

MADE_BY = "assistant"


def shown(
    hint: HintPrivate,
    of: HintsPrivate,
    to: Sequence[str],
    mode: Mode,
    offer_id: str | None = None,
    report_id: str | None = None,
) -> View:
    """`schemas.assistant.HintShown`. `offer_id`: whose result it is about; `report_id`: which merged report; neither: the
    description."""
    return {
        "id": hint.id,
        "made_by": MADE_BY,
        "kind": hint.kind,
        "value": hint.value,
        "spans": [list(span) for span in hint.spans],
        "probability": None if hint.probability is None else round(hint.probability, 3),
        "model": of.model,
        "version": of.version,
        "at": rfc3339(of.at_ms),
        "source": "result" if offer_id is not None else "description" if report_id is None else "report",
        "offer_id": offer_id,
        "report_id": report_id,
        "shown_to": list(to),
        "mode": mode,
    }
