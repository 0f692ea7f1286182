"""Whatever strangers answer, and in whatever order: without an operator help for a life at risk, or help that comes, goes on."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.context import DecisionContext
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import Capability, OfferState, Priority, Task
from dispatch.plans.book import load_builtin
from tests.support import strategies
from tests.support.builders import ALMATY, INCIDENT, Story, digital_spec, helpers, incident, point, remote, spec

SKILL_OF = {
    Task.VERIFY_REPORT: "verification",
    Task.CALL_BACK: "call_taking",
    Task.GEOLOCATE: "geolocation",
    Task.FIND_DUPLICATES: "coordination",
}
OUTCOMES = {
    Task.VERIFY_REPORT: ("false", "confirmed", "unclear"),
    Task.CALL_BACK: ("false", "reached"),
    Task.GEOLOCATE: ("located", "not_found"),
    Task.FIND_DUPLICATES: ("duplicate", "none"),
}
OTHER = INCIDENT[:-1] + "f"
DESK = tuple(f"d-{number}" for number in range(4))
BOOK = load_builtin()
TYPES = sorted(BOOK.plans)
STATES = (None, OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE)


def told(
    task: Task, incident_type: str, priority: Priority, coming: OfferState | None, target: Incident, work: Any
) -> Story:
    """An incident with digital work for people nobody knows, and one person in the field, as far as `coming`."""
    desk = [remote(one, SKILL_OF[task], load=number) for number, one in enumerate(DESK)]
    story = Story([*helpers("near"), *desk], book=BOOK, around=DecisionContext(target=target))
    story.report(spec(), digital_spec(SKILL_OF[task], task=task, **work), type=incident_type, priority=priority)
    if coming is not None:
        story.accept("near")
    if coming not in (None, OfferState.ACCEPTED):
        story.progress("near", coming)
    return story


def help_of(state: Incident) -> Any:
    """What nobody but an operator may end, move or weaken."""
    coming = [(one.id, one.state) for one in state.offers if one.is_assigned and one.capability is Capability.FIELD]
    needs = [(one.id, one.count, one.skills) for one in state.requirements if one.capability is Capability.FIELD]
    return (state.is_open, state.area, state.priority, state.merging, coming, needs)


@given(
    task=st.sampled_from(sorted(SKILL_OF)),
    incident_type=st.sampled_from(TYPES),
    priority=strategies.a(Priority),
    coming=st.sampled_from(STATES),
    metres=st.sampled_from([0.0, 100.0, 1_900.0, 2_100.0, 979_000.0]),
    work=st.sampled_from([{"count": 3}, {"answers_wanted": 3, "agree": 2}, {"validated": True}]),
    picks=st.lists(st.integers(0, 2), min_size=1, max_size=4),
)
def test_no_result_ends_moves_or_weakens_urgent_help_or_help_that_comes(
    task: Task,
    incident_type: str,
    priority: Priority,
    coming: OfferState | None,
    metres: float,
    work: dict[str, Any],
    picks: list[int],
) -> None:
    there = point(lat=ALMATY.lat + metres / 111_195)
    story = told(task, incident_type, priority, coming, incident(id=OTHER, area=there), work)
    is_guarded = priority in (Priority.CRITICAL, Priority.HIGH) or coming is not None

    for pick in picks:
        who = next((one for one in story.asked() if one in DESK), None)
        if who is None or not story.incident.is_open:
            break
        before = help_of(story.incident)
        moved = story.incident.area
        outcome = OUTCOMES[task][pick % len(OUTCOMES[task])]
        story.accept(who)
        story.give_result(
            who,
            outcome,
            location=there.geometry if outcome == "located" else None,
            other_incident_id=OTHER if outcome == "duplicate" else None,
        )

        if is_guarded:
            assert help_of(story.incident) == before
        if metres > 2_000:
            assert (story.incident.area, story.incident.merging) == (moved, None)
        assert len({one.kind for one in story.incident.proposals}) == len(story.incident.proposals)
        assert {one.id for one in story.incident.proposals} <= {one.detail for one in story.incident.attention}


@settings(max_examples=50)
@given(task=st.sampled_from(sorted(SKILL_OF)), priority=strategies.a(Priority), coming=st.sampled_from(STATES))
def test_what_is_not_done_alone_is_never_lost(task: Task, priority: Priority, coming: OfferState | None) -> None:
    """The answer either acts, or waits for an operator with attention."""
    story = told(task, "storm", priority, coming, incident(id=OTHER), {})
    outcome = OUTCOMES[task][0]
    before = story.incident

    story.accept("d-0")
    story.give_result(
        "d-0",
        outcome,
        location=point(lat=ALMATY.lat + 0.001).geometry if outcome == "located" else None,
        other_incident_id=OTHER if outcome == "duplicate" else None,
    )

    acted = not story.incident.is_open or story.incident.area != before.area or story.incident.merging is not None
    assert acted is not bool(story.incident.proposals)
