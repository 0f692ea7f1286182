"""The pages have a word for every value that the API may send."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from api.http.problems import TABLE
from dispatch.model.reasons import AttentionReason, ShortfallReason
from dispatch.model.vocabulary import OUTCOMES_OF_TASK, AnswerWay, HeardBy, TravelMode
from dispatch.plans.book import load_builtin
from streams.monitoring.alarms import RULES

WEB = Path(__file__).parents[2] / "api" / "web"
WORDS = tuple(
    WEB / folder / "en.ts" for folder in ("shared/messages/words", "shared/messages/ends", "console/messages/words")
)
OF_PROGRAMS = {
    "bad_json",
    "bad_request",
    "duplicate_key",
    "invalid_parameter",
    "nul_character",
    "range_not_satisfiable",
    "idempotency_key_required",
    "method_not_allowed",
    "not_acceptable",
    "uri_too_long",
    "unsupported_media_type",
    "headers_too_large",
    "out_of_range",
    "zero_position",
    "bad_accuracy",
    "too_old",
    "from_the_future",
    "request_timeout",
}
"""Problems that only a faulty program meets: people would see the code."""


def words(section: str) -> set[str]:
    return {name for path in WORDS for name in _words_in(path.read_text("utf-8"), section)}


def _words_in(text: str, section: str) -> list[str]:
    # A section ends on its line, or with a line that closes it.
    block = text.partition(f"\n  {section}: {{")[2]
    first = block.partition("\n")[0]
    block = first if first.endswith("},") else block.partition("\n  },")[0]
    return re.findall(r'(?:^|[{,])\s*"?([a-z_.]+)"?:', block, re.MULTILINE)


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("attention", AttentionReason),
        ("shortfalls", ShortfallReason),
        ("heardBy", HeardBy),
        ("answerWays", AnswerWay),
        ("travelModes", TravelMode),
        ("alarms", [rule.name for rule in RULES]),
        ("cures", [rule.name for rule in RULES]),
        ("outcomes", {one for outcomes in OUTCOMES_OF_TASK.values() for one in outcomes}),
        ("types", load_builtin().plans),
        ("problems", TABLE.keys() - OF_PROGRAMS),
    ],
)
def test_every_value_has_a_word(section: str, values: Iterable[str]) -> None:
    assert {str(value) for value in values} - words(section) == set()
