"""Who of a batch chooses first."""

from dataclasses import replace

from dispatch.model.incidents import Incident
from dispatch.model.people import Need
from dispatch.model.reasons import ShortfallReason
from dispatch.model.requirements import Shortfall
from dispatch.model.vocabulary import Priority
from dispatch.staffing.turn_order import precedence
from tests.support.builders import incident, need, requirement


def logged(at_ms: int) -> Incident:
    state = incident()
    return replace(state, times=replace(state.times, logged_ms=at_ms))


def wanting(priority: Priority) -> Need:
    return need(priority=priority)


def test_the_more_urgent_chooses_before_the_older() -> None:
    older = precedence(logged(1_000), [wanting(Priority.LOW)])
    urgent = precedence(logged(60_000), [wanting(Priority.CRITICAL)])

    assert urgent < older


def test_among_equals_the_older_chooses_first() -> None:
    assert precedence(logged(1_000), [wanting(Priority.HIGH)]) < precedence(logged(2_000), [wanting(Priority.HIGH)])


def test_the_most_urgent_need_of_an_incident_counts() -> None:
    both = [wanting(Priority.LOW), wanting(Priority.CRITICAL)]

    assert precedence(logged(1_000), both) == precedence(logged(1_000), both[1:])


def test_a_shortfall_counts_from_when_it_began() -> None:
    short = requirement(shortfall=Shortfall(missing=1, reason=ShortfallReason.NOBODY_FOUND, since_ms=500))

    assert precedence(logged(9_000), [need(short, priority=Priority.HIGH)]).moment_ms == 500


def test_an_answer_waits_for_nobody() -> None:
    critical = precedence(logged(0), [wanting(Priority.CRITICAL)])

    assert precedence(logged(9_000), []) < critical
    assert precedence(None, [wanting(Priority.LOW)]) < critical
