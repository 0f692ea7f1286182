"""Plan files: ladders, substitutes, several skills, levels and priorities; each fault with its line and its cure."""

import re
import tomllib
from typing import Any

import pytest

from dispatch.model.vocabulary import LanguageRule, Priority, ResultKind, Skill, StepAction
from dispatch.plans.book import BadPlans, PlanBook, parse, read
from dispatch.plans.ladders import FALLBACK
from dispatch.plans.line_numbers import line_of, lines_of
from dispatch.plans.result_bounds import ResultBounds
from tests.support.broken_plans import broken_plans

HEAD = """\
version = "7"

[types.information]
title = { kk = "Ақпарат", ru = "Информация", en = "Information" }
priority = "low"
"""
NEEDS = 'requirements = [ { capability = "digital", skill = "call_taking" } ]\n'


def book(tail: str = "", needs: str = NEEDS) -> PlanBook:
    return read(HEAD + needs + tail, source="own.toml")


def faults(tail: str = "", needs: str = NEEDS) -> list[str]:
    with pytest.raises(BadPlans) as raised:
        book(tail, needs)
    return str(raised.value).splitlines()


def row(text: str) -> str:
    return f"requirements = [\n  {{ {text} }},\n]\n"


def test_a_requirement_may_be_met_by_any_of_several_skills_the_preferred_first() -> None:
    (entry,) = book(needs=row('capability = "field", any_of = ["doctor", "nurse", "doctor"]')).plan("x").requirements
    (other,) = book(needs=row('capability = "field", skill = "cpr", any_of = ["nurse"]')).plan("x").requirements

    assert (entry.skill, entry.any_of) == ("doctor", ("nurse", "doctor"))
    assert other.skills == ("cpr", "nurse")


def test_a_requirement_states_role_language_and_time() -> None:
    text = 'capability = "field", skill = "cpr", role = "relief", language = "require", max_eta_s = 600'

    (entry,) = book(needs=row(text)).plan("x").requirements

    assert (entry.role, entry.language, entry.max_eta_s) == ("relief", LanguageRule.REQUIRE, 600)
    assert entry.max_distance_m == 3496  # what a car makes of ten minutes: 510 s at 8.5 m/s over a detour of 1.24


def test_lines_count_by_priority_and_alarm_level() -> None:
    needs = """requirements = [
  { capability = "field", skill = "boat" },
  { capability = "field", skill = "doctor", priorities = ["critical"] },
  { capability = "field", skill = "driver", level = 2 },
  { capability = "field", skill = "nurse", level = 2, priorities = ["critical", "high"] },
]
"""
    plan = book(needs=needs).plan("information")

    def skills(priority: Priority, level: int) -> list[tuple[str, str]]:
        return [(entry.id, entry.skill) for entry in plan.stated(priority, level)]

    assert skills(Priority.LOW, 1) == [("r1", "boat")]
    assert skills(Priority.CRITICAL, 1) == [("r1", "boat"), ("r2", "doctor")]
    assert skills(Priority.HIGH, 2) == [("r1", "boat"), ("r2", "driver"), ("r3", "nurse")]
    assert [entry.skill for entry in plan.added(Priority.LOW, 2)] == ["driver"]
    assert plan.highest_level == 2


def test_ladders_are_named_or_stand_in_a_requirement() -> None:
    tail = """
[defaults]
digital_ladder = "short"

[ladders.short]
target_s = 60
least_chance = 0.8
steps = [ { at_s = 5, step = "wider_ring", factor = 3 }, { at_s = 9, step = "end" } ]
"""
    needs = row('capability = "field", skill = "boat", ladder = [ { at_s = 4, step = "end" } ]')

    named = book(tail).plan("information").requirements[0].climb
    inline = book(tail, needs).plan("information").requirements[0].climb

    assert named
    assert inline
    assert named.ladder == "short"
    short = book(tail).ladder("short")
    assert (short.target_s, short.least_chance, short.steps[0].factor) == (60, 0.8, 3)
    assert book(tail, needs).ladder(inline.ladder).steps[0].action is StepAction.END
    assert book(tail).ladder("of another book") is FALLBACK


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("[ladders]\nx = 3\n", "own.toml:8: ladders.x: expected a table with steps, or a list of steps, got 3"),
        ("ladders = 3\n", "own.toml:7: types.information.ladders: no such setting"),
        ("[ladders.x]\nsteps = []\n", "own.toml:8: ladders.x.steps: expected at least one step"),
        ("[ladders.x]\nstep = 3\n", "own.toml:8: ladders.x.step: no such setting"),
        (
            "[ladders]\nx = [ 3 ]\n",
            'own.toml:8: ladders.x[1]: expected a table like { at_s = 60, step = "wider_ring" }, got 3',
        ),
        (
            '[ladders]\nx = [\n { at_s = 60, step = "operator" },\n]\n',
            'own.toml:8: ladders.x: the ladder has no end; add { at_s = …, step = "end" } as its last step',
        ),
        (
            '[ladders]\nx = [\n { at_s = 1, step = "end" },\n { at_s = 2, step = "end" },\n]\n',
            "own.toml:9: ladders.x[1].step: no step may follow end; move it to the end of the list",
        ),
        (
            '[ladders]\nx = [\n { at_s = 9, step = "operator" },\n { at_s = 2, step = "end" },\n]\n',
            "own.toml:10: ladders.x[2].at_s: expected 9 or later, the time of the step before",
        ),
        (
            '[ladders]\nx = [ { at_s = 1, step = "jump" } ]\n',
            f"own.toml:8: ladders.x[1].step: expected one of {', '.join(StepAction)}, got 'jump'",
        ),
        (
            '[ladders]\nx = [ { at_s = -1, step = "end" } ]\n',
            "own.toml:8: ladders.x[1].at_s: expected whole seconds since the report, up to 86400, got -1",
        ),
        (
            '[ladders]\nx = [ { at_s = 1, step = "end", factor = 2 } ]\n',
            "own.toml:8: ladders.x[1].factor: only for wider_ring",
        ),
        (
            '[ladders]\nx = [ { at_s = 1, step = "wider_ring", factor = 1 }, { at_s = 2, step = "end" } ]\n',
            "own.toml:8: ladders.x[1].factor: expected a whole number from 2 to 10, got 1",
        ),
        (
            '[ladders]\nx = [ { at_s = 1, step = "alarm_level", level = 1 }, { at_s = 2, step = "end" } ]\n',
            "own.toml:8: ladders.x[1].level: expected a whole number from 2 to 9, got 1",
        ),
        (
            '[ladders]\nx = [ { at_s = 1, step = "partner" }, { at_s = 2, step = "end" } ]\n',
            "own.toml:8: ladders.x[1].partner: expected the name of the organisation to ask",
        ),
        (
            '[ladders]\nx = [ { at_s = 1, step = "end", colour = 1 } ]\n',
            "own.toml:8: ladders.x[1].colour: no such setting",
        ),
        (
            '[ladders.x]\ntarget_s = 0\nsteps = [ { at_s = 1, step = "end" } ]\n',
            "own.toml:8: ladders.x.target_s: expected whole seconds from 1 to 86400, got 0",
        ),
        (
            '[ladders.x]\nleast_chance = 1\nsteps = [ { at_s = 1, step = "end" } ]\n',
            "own.toml:8: ladders.x.least_chance: expected a number from 0 to below 1, got 1",
        ),
        (
            '[defaults]\nladder = "x"\n',
            "own.toml:8: defaults.ladder: 'x' is not a ladder of these plans; known are none",
        ),
        ("[defaults]\nladder = 3\n", "own.toml:8: defaults.ladder: expected the name of a ladder, got 3"),
        (
            '[substitutes]\ncpr = ["first_aid"]\nfirst_aid = ["nurse"]\nnurse = ["cpr"]\n',
            "own.toml:8: substitutes.cpr: cyclic, cpr is its own substitute; "
            "remove one of cpr → first_aid → nurse → cpr",
        ),
        (
            '[substitutes]\ncpr = ["frist_aid"]\n',
            "own.toml:8: substitutes.cpr[1]: 'frist_aid' is not a known skill; did you mean 'first_aid'?",
        ),
        (
            '[substitutes]\njuggling = ["cpr"]\n',
            f"own.toml:8: substitutes.juggling: 'juggling' is not a known skill; known are {', '.join(Skill)}",
        ),
        ("[substitutes]\ncpr = []\n", "own.toml:8: substitutes.cpr: expected a list of at least one skill"),
    ],
)
def test_each_fault_has_its_line_and_a_remedy(tail: str, expected: str) -> None:
    assert expected in faults(tail)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("any_of = []", "any_of: expected a list of skills, the preferred first"),
        ('any_of = ["boats"]', "any_of[1]: 'boats' is not a known skill; did you mean 'boat'?"),
        ('skill = "boats"', "skill: 'boats' is not a known skill; did you mean 'boat'?"),
        ('skill = "boat", count = 0', "count: expected a whole number from 1 to 100, got 0"),
        ('skill = "boat", language = "must"', "language: expected one of prefer, require, got 'must'"),
        ('skill = "boat", role = 3', "role: expected a text, got 3"),
        ('skill = "boat", level = 0', "level: expected an alarm level from 1 to 9, got 0"),
        ('skill = "boat", priorities = "low"', "priorities: expected a list of critical, high, normal, low, got 'low'"),
        ('skill = "boat", max_eta_s = 0', "max_eta_s: expected a whole number from 1 to 1000000, got 0"),
        ('skill = "boat", ladder = "x"', "ladder: 'x' is not a ladder of these plans; known are none"),
        (
            'skill = "boat", ladder = [ { at_s = 1, step = "operator" } ]',
            'ladder: the ladder has no end; add { at_s = …, step = "end" } as its last step',
        ),
    ],
)
def test_a_fault_of_a_requirement_is_named_with_its_line(text: str, expected: str) -> None:
    assert f"own.toml:7: types.information.requirements[1].{expected}" in faults(
        needs=row(f'capability = "field", {text}')
    )


SIX_FAULTS = """\
version = 7

[defaults]
windows_s = 60

[substitutes]
cpr = ["frist_aid"]

[ladders.short]
steps = [ { at_s = 9, step = "end", factor = 2 } ]

[types.flood]
title = { kk = "Су тасқыны", ru = "Наводнение", en = "Flood" }
priority = "high"
equipped = ["boat"]
requirements = [
  { capability = "field", skill = "boat", ladder = "shrot" },
]

[types.information]
title = { kk = "Ақпарат", ru = "Информация", en = "Information" }
priority = "low"
requirements = [ { capability = "digital", skill = "call_taking" } ]
"""


def test_all_faults_are_named_at_once_in_the_order_of_their_lines() -> None:
    with pytest.raises(BadPlans) as raised:
        read(SIX_FAULTS, source="own.toml")

    assert str(raised.value).splitlines() == [
        "own.toml:1: version: expected a text, got 7",
        "own.toml:4: defaults.windows_s: no such setting",
        "own.toml:7: substitutes.cpr[1]: 'frist_aid' is not a known skill; did you mean 'first_aid'?",
        "own.toml:10: ladders.short.steps[1].factor: only for wider_ring",
        "own.toml:15: types.flood.equipped: has no effect without hazard = true",
        "own.toml:17: types.flood.requirements[1].ladder: 'shrot' is not a ladder of these plans; known are short",
    ]


def test_without_the_plan_of_unknown_types_the_faults_of_other_types_are_named() -> None:
    with pytest.raises(BadPlans) as raised:
        read(SIX_FAULTS.replace("[types.information]", "[types.other]"), source="own.toml")

    found = str(raised.value)
    assert "types.information: expected a table with title, priority and requirements" in found
    assert "own.toml:15: types.flood.equipped" in found


def test_no_fault_shows_words_or_addresses_of_the_library() -> None:
    texts = [text for table in broken_plans() if (text := _faults_of(table))]

    assert len(texts) > 500
    words = re.compile(
        r"pydantic|https?:|Input should|Field required|Unable to|Extra inputs|\(named\)|\(inline\)|\[key\]"
    )
    assert [text for text in texts if words.search(text)] == []


def _faults_of(table: dict[str, Any]) -> str:
    try:
        parse(table, source="own.toml")
    except BadPlans as error:
        return str(error)
    return ""


def test_a_plan_that_needs_nobody_for_some_priority_is_refused() -> None:
    found = faults(needs=row('capability = "field", skill = "boat", priorities = ["critical", "low", "high"]'))

    assert found == [
        "own.toml:6: types.information.requirements: none of level 1 for normal; "
        "remove level or priorities from one of them"
    ]


@pytest.mark.parametrize(("key", "words"), [("substitutes", "a table like"), ("ladders", "tables")])
def test_a_value_that_is_not_a_table_is_refused(key: str, words: str) -> None:
    with pytest.raises(BadPlans, match=f"own.toml:1: {key}: expected {words}"):
        read(f"{key} = 3\n{HEAD}{NEEDS}", source="own.toml")


def test_a_text_that_is_not_toml_is_refused_with_its_position() -> None:
    with pytest.raises(BadPlans, match=r"own.toml: Invalid value"):
        read("version = ", source="own.toml")


def test_every_key_of_a_text_has_its_line() -> None:
    text = '''# a comment with = and [
a = 1979-05-27 07:32:00
"b.c" = """
two lines"""
[d."e.f"]
g = [ # why
  1,
  { h = "]", i = [2, 3] },
]
[[j]]
k = 1
[[j]]
k = 'x'
'''
    tomllib.loads(text)

    lines = lines_of(text)

    expected: dict[str, Any] = {
        "a": 2,
        "b.c": 3,
        "d.e.f": 5,
        "d.e.f.g": 6,
        "d.e.f.g[1]": 7,
        "d.e.f.g[2].h": 8,
        "d.e.f.g[2].i[2]": 8,
        "j": 10,
        "j[1].k": 11,
        "j[2].k": 13,
    }
    assert {place: lines[place] for place in expected} == expected
    assert line_of(lines, "d.e.f.g[2].missing.deeper") == 8
    assert line_of(lines, "nowhere") is None


# Bounds of results of digital work.


def test_a_plan_narrows_the_bounds_for_all_types_and_for_one() -> None:
    plans = book(
        '\n[bounds]\nup_to = "low"\nwithin_m = 500\n'
        '\n[types.information.bounds]\nresults = ["located"]\nwithin_m = 900\n'
    )
    other = book("\n[bounds]\nresults = []\n").plan("information").bounds

    bounds = plans.plan("information").bounds
    assert (bounds.results, bounds.up_to, bounds.within_m) == (frozenset({ResultKind.LOCATED}), Priority.LOW, 900)
    assert [bounds.allow(priority) for priority in Priority] == [False, False, False, True]
    assert (other.results, other.up_to, other.within_m) == (frozenset(), Priority.NORMAL, 2_000)


def test_without_a_table_the_bounds_are_the_widest_that_there_are() -> None:
    assert book().plan("information").bounds == ResultBounds()
    assert [ResultBounds(up_to=Priority.CRITICAL).allow(priority) for priority in Priority] == [
        False,
        False,
        True,
        True,
    ]


UP_TO = "expected normal or low; results about critical and high incidents always wait for an operator"
METRES = "expected whole metres from 0 to 2000; a plan narrows only"


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ('[bounds]\nup_to = "critical"\n', f"own.toml:8: bounds.up_to: {UP_TO}, got 'critical'"),
        ("[bounds]\n\nwithin_m = 2001\n", f"own.toml:9: bounds.within_m: {METRES}, got 2001"),
        ("[bounds]\nwithin_m = -1\n", f"own.toml:8: bounds.within_m: {METRES}, got -1"),
        ("[bounds]\nwithin_m = 1.5\n", f"own.toml:8: bounds.within_m: {METRES}, got 1.5"),
        (
            '[bounds]\nresults = ["false", "closed"]\n',
            "own.toml:8: bounds.results[2]: expected one of false, located, duplicate, got 'closed'",
        ),
        ("[bounds]\nresults = 3\n", "own.toml:8: bounds.results: expected a list of false, located, duplicate"),
        ("[bounds]\nengaged = true\n", "own.toml:8: bounds.engaged: no such setting"),
        (
            '[types.information.bounds]\nup_to = "high"\n',
            f"own.toml:8: types.information.bounds.up_to: {UP_TO}, got 'high'",
        ),
    ],
)
def test_bounds_that_would_widen_or_say_nothing_are_faults_with_their_line(tail: str, expected: str) -> None:
    (fault,) = faults(tail)

    assert fault.startswith(expected)
