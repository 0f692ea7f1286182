"""What a requirement asks for as it stands now, and the small rules around it: languages, ages, forecasts, ids."""

import pytest

from dispatch.matching.eligibility import exclusion
from dispatch.matching.limits import effective, is_widest
from dispatch.model.languages import primaries, shares_language
from dispatch.model.reasons import Exclusion
from dispatch.model.requirement_ids import with_ids
from dispatch.model.requirements import Climb, Policy
from dispatch.model.staffing_events import RequirementsAdded
from dispatch.model.travel import distance_within_m, travel_time_s
from dispatch.model.vocabulary import Capability, LanguageRule, OfferState, Priority, TravelMode
from dispatch.plans.substitutes import stand_ins
from dispatch.staffing.forecast import at_least, chance_of, chance_to_fill
from dispatch.staffing.interpreters import lacks_language
from dispatch.staffing.urgency import urgency
from tests.support.builders import NOW_MS, candidate, incident, need, offer, requirement


def test_steps_taken_widen_and_relax_what_is_asked_for() -> None:
    climb = Climb(ladder="field", ring=4, substitutes=("nurse",), bridged=True)
    entry = requirement(max_distance_m=10_000, max_eta_s=600, languages=("kk",), any_of=("doctor",), climb=climb)

    now = effective(entry, incident())

    assert (now.max_distance_m, now.max_eta_s) == (40_000, 2_400)
    assert (now.skills, now.languages) == (("first_aid", "doctor", "nurse"), ())


@pytest.mark.parametrize(
    ("rule", "stated", "caller", "required"),
    [
        (None, (), "kk", ()),  # without a rule the caller's language only counts in the ranking
        (None, ("ru",), "kk", ("ru",)),
        (LanguageRule.REQUIRE, (), "kk", ("kk",)),
        (LanguageRule.REQUIRE, ("ru", "en"), "kk", ("ru", "en")),
        (LanguageRule.REQUIRE, (), None, ()),  # nobody knows what the caller speaks
        (LanguageRule.PREFER, ("ru",), "kk", ()),
    ],
)
def test_a_language_is_required_as_the_plan_says(
    rule: LanguageRule | None, stated: tuple[str, ...], caller: str | None, required: tuple[str, ...]
) -> None:
    entry = requirement(language=rule, languages=stated)

    assert effective(entry, incident(language=caller)).languages == required


def test_no_ring_is_wider_for_remote_work_and_for_work_without_a_place() -> None:
    assert is_widest(requirement(capability=Capability.DIGITAL), incident())
    assert is_widest(requirement(), incident(area=None))
    assert not is_widest(requirement(), incident())
    assert is_widest(requirement(max_distance_m=200_000), incident())


def test_a_policy_by_distance_limits_the_search() -> None:
    all_near = requirement(max_distance_m=20_000, policy=Policy(within_m=1_500), climb=Climb(ladder="field", ring=4))
    narrower = requirement(max_distance_m=1_000, policy=Policy(within_m=1_500), climb=Climb(ladder="field"))
    nearest = requirement(max_distance_m=20_000, policy=Policy(nearest=3), climb=Climb(ladder="field", ring=4))

    assert [effective(one, incident()).max_distance_m for one in (all_near, narrower, nearest)] == [
        1_500,
        1_000,
        80_000,
    ]
    assert [is_widest(one, incident()) for one in (all_near, narrower, nearest)] == [True, False, False]


def test_languages_are_one_by_their_primary_subtag() -> None:
    assert primaries(("kk-Cyrl", "KK", "ru-KZ")) == ("kk", "ru")
    assert shares_language(("kk",), ("ru", "kk-Latn"))
    assert not shares_language((), ("kk",))


def test_without_offers_no_language_is_lacking() -> None:
    preferring = requirement(language=LanguageRule.PREFER)

    assert not lacks_language(incident(language="kk"), preferring)
    assert not lacks_language(incident(offers=(offer(shares_language=None),)), preferring)
    assert lacks_language(incident(offers=(offer(shares_language=False),)), preferring)
    assert not lacks_language(incident(offers=(offer(shares_language=False),)), requirement())


def test_a_low_need_grows_past_a_newer_high_one_and_never_past_a_critical_one() -> None:
    low, minute = urgency(Priority.LOW, 0), 60_000

    assert low > urgency(Priority.HIGH, 39 * minute)
    assert low < urgency(Priority.HIGH, 41 * minute)
    assert urgency(Priority.NORMAL, 0) < urgency(Priority.HIGH, 11 * minute)
    assert urgency(Priority.CRITICAL, 10**12) < low
    assert urgency(Priority.CRITICAL, 1) < urgency(Priority.CRITICAL, 2)


@pytest.mark.parametrize(
    ("wanted", "chances", "expected"),
    [
        (0, [], 1.0),
        (1, [], 0.0),
        (1, [0.5, 0.5], 0.75),
        (2, [0.5, 0.4, 0.2], 0.5 * 0.4 * 0.8 + 0.5 * 0.6 * 0.2 + 0.5 * 0.4 * 0.2 + 0.5 * 0.4 * 0.2),
        (3, [1.0, 1.0, 1.0], 1.0),
    ],
)
def test_the_chance_of_enough_acceptances_is_exact(wanted: int, chances: list[float], expected: float) -> None:
    assert at_least(wanted, chances) == pytest.approx(expected)


def test_silence_lowers_the_chance_and_nobody_accepts_after_the_end() -> None:
    asked = offer(chance=0.36)
    by_ms = NOW_MS + 600_000

    chances = [chance_of(asked, by_ms, NOW_MS + second * 1000) for second in (0, 30, 60, 89, 90)]

    assert chances[0] == pytest.approx(0.36)
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] == 0.0
    assert chance_of(asked, NOW_MS + 20_000, NOW_MS) < 0.36
    assert chance_of(asked, NOW_MS - 1, NOW_MS) == 0.0


def test_only_those_who_may_still_answer_count_in_a_forecast() -> None:
    state = incident(offers=(offer(chance=0.5), offer(OfferState.DECLINED, id="o-2", volunteer_id="v-2", chance=0.9)))

    assert chance_to_fill(state, state.requirements[0], NOW_MS + 600_000, NOW_MS) == pytest.approx(0.5)


def test_a_limit_in_time_is_a_distance_by_each_mode() -> None:
    for mode in TravelMode:
        for eta_s in (100.0, 600.0, 1_800.0):
            assert travel_time_s(distance_within_m(eta_s, mode), mode) == pytest.approx(eta_s)
        assert distance_within_m(1.0, mode) == 0.0


def test_people_who_need_longer_than_the_limit_are_too_far() -> None:
    quick = need(requirement(max_eta_s=600))

    assert exclusion(candidate("car", distance_m=3_000.0), quick) is None
    assert exclusion(candidate("walker", distance_m=3_000.0, travel_mode=TravelMode.FOOT), quick) is Exclusion.TOO_FAR


def test_stand_ins_are_found_through_others_the_nearest_first() -> None:
    table = {"cpr": ("nurse", "first_aid"), "first_aid": ("nurse", "driver")}

    assert stand_ins(table, "cpr") == ("nurse", "first_aid", "driver")
    assert stand_ins(table, "boat") == ()


def test_an_id_that_a_forgotten_decliner_remembers_is_not_given_again() -> None:
    state = incident(declined={"r7": ("v-1",)})

    (fact,) = with_ids(state, [RequirementsAdded(requirements=(requirement(), requirement()), reason="x")])

    assert isinstance(fact, RequirementsAdded)
    assert [entry.id for entry in fact.requirements] == ["r8", "r9"]
