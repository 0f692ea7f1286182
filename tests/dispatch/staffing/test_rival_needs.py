"""Incidents that are decided together know of each other."""

from dispatch.model.people import Need
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, Priority
from dispatch.staffing.rival_needs import with_rivals
from tests.support.builders import ALMATY, need, point, requirement


def wanting(incident_id: str, entry: Requirement | None = None, **known: object) -> Need:
    return need(entry, incident_id=incident_id, **known)


def rivals(*needs: Need) -> list[int]:
    return [one.rivals for (one,) in with_rivals([(one,) for one in needs])]


def test_the_first_has_all_after_it_as_rivals_and_the_last_none() -> None:
    assert rivals(wanting("a"), wanting("b"), wanting("c")) == [2, 1, 0]


def test_a_less_urgent_need_is_no_rival() -> None:
    low = wanting("b", priority=Priority.LOW)

    assert rivals(wanting("a"), low) == [0, 0]
    assert rivals(low, wanting("a")) == [1, 0]


def test_another_skill_another_kind_of_work_and_another_town_are_no_rivals() -> None:
    far = wanting("b", area=point(ALMATY.lon + 3, ALMATY.lat))
    boat = wanting("b", requirement(skill="boat"))
    remote = wanting("b", requirement(capability=Capability.DIGITAL))

    assert rivals(wanting("a"), far) == rivals(wanting("a"), boat) == rivals(wanting("a"), remote) == [0, 0]


def test_work_without_a_place_meets_everybody() -> None:
    digital = requirement(capability=Capability.DIGITAL, skill="mapping")

    assert rivals(wanting("a", digital), wanting("b", digital, area=point(10, 10))) == [1, 0]
    assert rivals(wanting("a", area=None), wanting("b")) == [1, 0]


def test_a_need_that_takes_any_of_several_skills_counts_once() -> None:
    either = requirement(skill="boat", any_of=("first_aid",))

    assert rivals(wanting("a", either), wanting("b", either)) == [1, 0]


def test_the_needs_of_one_command_are_no_rivals_of_each_other() -> None:
    ((first, second),) = with_rivals([(wanting("a"), wanting("a", requirement(id="r2")))])

    assert (first.rivals, second.rivals) == (0, 0)
