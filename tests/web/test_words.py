"""The pages have a word for every value that the API may send."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from api.http.problems import TABLE
from dispatch.incidents.assignment import RULES_AGAINST
from dispatch.incidents.proposals import OUTDATED
from dispatch.model.offer_ends import GONE
from dispatch.model.reasons import AttentionReason, ShortfallReason
from dispatch.model.vocabulary import OUTCOMES_OF_TASK, AnswerWay, HeardBy, IncidentStatus, OfferState, TravelMode
from dispatch.plans.book import load_builtin
from streams.monitoring.alarms import RULES
from tests.support.syntax import tree_of

ROOT = Path(__file__).parents[2]
WEB = ROOT / "api" / "web"
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


NOT_BY_PEOPLE = {
    "not_a_progress",
    "not_digital_work",
    "not_your_danger",
    "outcome_contradicts_task",
    "duplicate_of_itself",
    "incident_missing",
    "location_missing",
    "text_missing",
    "nobody_asked_for",
}
"""Refusals that the pages' own forms prevent."""
ENDED = {IncidentStatus.CLOSED, IncidentStatus.CANCELLED}
STATES: dict[str, Iterable[str]] = {"state": OfferState, "status": ENDED}
NAMED = {"GONE": GONE, "OUTDATED": OUTDATED, "RULES_AGAINST": RULES_AGAINST}


def test_every_refusal_of_a_decision_has_a_sentence() -> None:
    codes = {code for path in (ROOT / "dispatch").rglob("*.py") for code in _refusals_in(tree_of(path))}
    assert {"incident_merged", "target_closed", "offer_declined", "proposal_outdated"} <= codes

    text = (WEB / "shared" / "parts" / "problem_text.tsx").read_text("utf-8")
    families = re.findall(r'\[/(\^.+\$)/, "(\w+)"\]', text)
    known = words("problems")
    assert {code for _, code in families} <= known
    unsaid = {code for code in codes - known if not any(re.match(pattern, code) for pattern, _ in families)}
    assert unsaid == NOT_BY_PEOPLE


def _refusals_in(tree: ast.AST) -> Iterator[str]:
    """The reasons that a file gives to `refused`, directly or by a function that tells what stands against an order."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refused":
            yield from _codes_of(node.args[1])
        elif isinstance(node, ast.FunctionDef) and ("obstacle" in node.name or node.name == "ended_as"):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _codes_of(inner.value)


def _codes_of(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(code)):
            yield code
        case ast.JoinedStr(
            values=[ast.Constant(value=str(head)), ast.FormattedValue(value=ast.Attribute(attr=attribute))]
        ):
            yield from (head + state for state in STATES[attribute])
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_codes_of(body), *_codes_of(orelse))
        case ast.Name(id=name) if name.isupper():
            yield NAMED[name]
