"""What people found out says whether a hint was right, and nothing else does."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.assistant.hint_kinds import HintTask, summary_hint_id
from dispatch.assistant.judging import HintsRead, Judgement, judgements
from dispatch.assistant.opinions import Answered, Read, agreement
from dispatch.assistant.oversight import is_hidden
from dispatch.model.incidents import Attention, Edit, Incident
from dispatch.model.offers import HintOpinion, Offer, TaskResult
from dispatch.model.reasons import AttentionReason, EndCode
from dispatch.model.vocabulary import Capability, Certainty, IncidentStatus, OfferState, Task
from tests.dispatch.assistant.judged import Hinted, place_hint, type_hint
from tests.support.builders import ALMATY, INCIDENT, NOW_MS, incident, offer, requirement

SHOWN = next(f"o-{number}" for number in range(99) if not is_hidden(f"o-{number}"))
OTHER = next(f"p-{number}" for number in range(99) if not is_hidden(f"p-{number}"))
HIDDEN = next(f"o-{number}" for number in range(99) if is_hidden(f"o-{number}"))


def north(km: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [ALMATY.lon, ALMATY.lat + km / 111.195]}


def answer(id_: str = SHOWN, outcome: str = "located", km: float = 0.0, who: str = "v-1", **told: Any) -> Offer:
    result = TaskResult(outcome=outcome, at_ms=NOW_MS, location=north(km) if outcome == "located" else None, **told)
    return offer(
        OfferState.DONE, id=id_, volunteer_id=who, capability=Capability.DIGITAL, task=Task.GEOLOCATE, result=result
    )


def work(task: Task = Task.GEOLOCATE, **stated: Any) -> Any:
    return requirement(capability=Capability.DIGITAL, skill="geolocation", task=task, **stated)


def judged(
    state: Incident, *hints: Hinted, shown: bool = True, types: dict[str, float] | None = None
) -> list[Judgement]:
    read = HintsRead(version="1", language="kk", hints=hints, features={"water": 1.0}, types=types or {})
    return list(judgements(state, read, NOW_MS, lambda _: shown))


def located(*offers: Offer, **stated: Any) -> Incident:
    return replace(incident(), requirements=(work(**stated),), offers=offers)


@pytest.mark.parametrize(("km", "right"), [(0.0, True), (4.9, True), (5.1, False), (60.0, False)])
def test_a_place_is_right_within_five_kilometres_of_where_it_was_found(km: float, right: bool) -> None:
    (found,) = judged(located(answer(km=km)), place_hint())

    assert (found.task, found.right, found.was_shown, found.judges) == (HintTask.GEOLOCATE, right, True, ("v-1",))


def test_the_distance_that_the_text_states_is_added() -> None:
    assert judged(located(answer(km=8)), place_hint(distance_m=3_500.0))[0].right
    assert not judged(located(answer(km=8)), place_hint(distance_m=None))[0].right


def test_the_hidden_share_is_marked_and_a_shadow_is_shown_to_nobody() -> None:
    (hidden,) = judged(located(answer(HIDDEN)), place_hint())
    (shadow,) = judged(located(answer(SHOWN)), place_hint(), shown=False)

    assert (hidden.was_shown, hidden.is_hidden) == (False, True)
    assert (shadow.was_shown, shadow.is_hidden) == (False, False)


def test_the_answer_itself_says_whether_the_hint_was_seen() -> None:
    opinion = HintOpinion(hint_id="h-place", version="1", agrees=True, was_shown=False)

    assert not judged(located(answer(opinion=opinion)), place_hint())[0].was_shown


def test_answers_are_compared_with_the_truth_only_where_more_than_one_says_it() -> None:
    alone = judged(located(answer(km=60)), place_hint())
    together = judged(
        located(
            answer(SHOWN, km=60, who="v-1"),
            answer(HIDDEN, km=60, who="v-2"),
            answer(OTHER, km=0, who="v-3"),
            count=3,
            answers_wanted=3,
            agree=2,
            settled="located",
        ),
        place_hint(),
    )

    assert alone[0].answers == ()
    assert [(one.was_shown, one.is_hidden, one.agrees) for one in together[0].answers] == [
        (True, False, False),
        (False, True, False),
        (True, False, True),
    ]


@pytest.mark.parametrize(
    "state",
    [
        located(),
        located(answer(outcome="not_found")),
        # Another person is asked: it is not over.
        located(answer(), count=2),
        located(answer(), count=2, validated=True),
        located(answer(outcome="not_found"), validated=True, settled="not_found"),
        replace(
            located(answer(), count=1),
            attention=(Attention(reason=AttentionReason.DISAGREEMENT, requirement_id="r1"),),
        ),
        located(replace(answer(), result=TaskResult(outcome="located", at_ms=NOW_MS, location={"type": "Point"}))),
    ],
)
def test_what_is_not_settled_judges_nothing(state: Incident) -> None:
    assert judged(state, place_hint()) == []


def test_a_hint_without_a_place_is_not_judged_by_one() -> None:
    assert judged(located(answer()), replace(place_hint(), value={})) == []
    assert judged(located(answer())) == []


def test_an_end_settles_work_whose_second_person_never_came() -> None:
    ended = replace(located(answer(), count=2), status=IncidentStatus.CLOSED)

    assert [one.task for one in judged(ended, place_hint())] == [HintTask.GEOLOCATE]


def test_the_type_and_the_place_at_the_end_judge_the_report() -> None:
    ended = replace(incident(), status=IncidentStatus.CLOSED, type="flood")

    right, place = judged(ended, type_hint("flood"), place_hint(60), types={"flood": 0.7})
    (wrong,) = judged(replace(ended, area=None), type_hint("storm"), place_hint())

    assert (right.right, place.right, wrong.right) == (True, False, False)
    assert right.example is not None
    assert (right.example.truth, right.example.types, right.example.features) == (
        "flood",
        {"flood": 0.7},
        {"water": 1.0},
    )
    assert (wrong.example, place.example) == (None, None)
    assert (right.task, place.task) == (HintTask.REPORT, HintTask.GEOLOCATE)
    assert judged(ended, replace(place_hint(), value={"location": None})) == []


def test_learnt_weights_are_judged_by_types_alone() -> None:
    read = HintsRead(version="1-abc+d", language="ru", hints=[type_hint(), place_hint()])
    ended = replace(incident(), status=IncidentStatus.CLOSED)

    found = judgements(ended, read, NOW_MS, lambda _: True)

    assert [(one.task, one.version) for one in found] == [
        (HintTask.REPORT, "1-abc+d"),
        (HintTask.GEOLOCATE, "1-abc"),
    ]


def test_a_person_who_gives_another_type_judges_at_once() -> None:
    edited = replace(incident(), edits={"type": Edit(version=2, by="op-1", at_ms=NOW_MS)})

    assert [one.kind for one in judged(edited, type_hint(), place_hint())] == ["type"]
    assert judged(incident(), type_hint()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"certainty": Certainty.FALSE},
        {"merged_into": "i-other"},
        {"end_code": EndCode.FALSE_CALL},
        {"end_code": EndCode.DUPLICATE},
        {"status": IncidentStatus.CANCELLED},
    ],
)
def test_what_was_no_incident_says_nothing_about_how_its_text_was_read(changes: dict[str, Any]) -> None:
    ended = replace(incident(), **({"status": IncidentStatus.CLOSED} | changes))

    assert judged(ended, type_hint("storm"), place_hint(90)) == []


@pytest.mark.parametrize(("outcome", "count"), [("confirmed", 1), ("false", 0), ("unclear", 0)])
def test_a_confirmed_report_judges_the_type_that_it_was_read_as(outcome: str, count: int) -> None:
    state = replace(
        incident(),
        requirements=(work(Task.VERIFY_REPORT),),
        offers=(replace(answer(outcome=outcome), task=Task.VERIFY_REPORT),),
    )

    found = judged(state, type_hint("flood"))

    # Blind: whoever verifies answers first and sees the hint afterwards.
    assert [(one.right, one.was_shown) for one in found] == [(state.type == "flood", False)] * count
    assert judged(state) == []


def test_whoever_used_the_summary_alone_judges_no_reading() -> None:
    done = replace(answer(outcome="done", assisted_by=(summary_hint_id(INCIDENT),)), task=Task.SUMMARISE)
    state = replace(incident(), requirements=(work(Task.SUMMARISE),), offers=(done,))

    assert judged(state, type_hint("flood")) == []


@pytest.mark.parametrize(("named", "right"), [(("h-flood",), True), ((), False), (("h-none",), False)])
def test_who_says_which_hints_they_used_judges_their_use(named: tuple[str, ...], right: bool) -> None:
    done = replace(answer(outcome="done", assisted_by=named), task=Task.TRANSLATE)
    state = replace(incident(), requirements=(work(Task.TRANSLATE),), offers=(done,))

    (found,) = judged(state, type_hint("flood"))

    assert (found.task, found.right, found.probability) == (HintTask.TRANSLATE, right, None)
    assert judged(state) == []


@pytest.mark.parametrize(
    "changes",
    [{"id": HIDDEN}, {"task": Task.MAP_DAMAGE}, {"result": None}, {"result": TaskResult(outcome="done", at_ms=1)}],
)
def test_use_is_judged_only_by_people_who_saw_hints_and_say_so(changes: dict[str, Any]) -> None:
    done = replace(answer(outcome="done", assisted_by=()), **({"task": Task.TRANSLATE} | changes))

    assert judged(replace(incident(), requirements=(work(Task.TRANSLATE),), offers=(done,)), type_hint()) == []


def test_a_judgement_has_the_same_id_whenever_it_is_made_again() -> None:
    (first,) = judged(located(answer()), place_hint())
    (again,) = judged(replace(located(answer()), version=9), place_hint())

    assert first.id == again.id


@pytest.mark.parametrize(
    ("task", "outcome", "km", "probability", "agrees"),
    [
        (Task.GEOLOCATE, "located", 1.0, 0.9, True),
        (Task.GEOLOCATE, "located", 90.0, 0.9, False),
        (Task.GEOLOCATE, "not_found", 0.0, 0.9, False),
        (Task.GEOLOCATE, "located", 90.0, 0.4, None),  # too unsure to ask anybody else
        (Task.VERIFY_REPORT, "confirmed", 0.0, 0.9, None),
        (None, "located", 0.0, 0.9, None),
    ],
)
def test_what_a_hint_says_about_an_answer(
    task: Task | None, outcome: str, km: float, probability: float, agrees: bool | None
) -> None:
    answered = Answered(task=task, outcome=outcome, location=north(km))
    found = agreement(answered, Read(hints=[place_hint(probability=probability), type_hint()]))

    assert (found[1] if found else None) is agrees


def test_no_hint_says_nothing_about_an_answer() -> None:
    assert agreement(Answered(task=Task.GEOLOCATE, outcome="located", location=north(1)), Read(hints=[])) is None
