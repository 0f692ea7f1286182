"""A replay under the book of the record takes its course; under another book people do what they did, where that is known."""

from dataclasses import replace

import pytest

from dispatch.model.requirements import Policy
from dispatch.plans.book import PlanBook
from streams.policy_replay.comparison import ReplayComparison, compare, tally_of
from streams.policy_replay.drawn_answers import habits_of
from streams.policy_replay.recorded_answers import RecordedAnswers
from streams.policy_replay.replay import Replay, ReplaySettings, people_of
from streams.topics import INCIDENTS, LOCATIONS
from tests.support.recorded_town import HOUR_MS, MINUTE_MS, Topics, read

OFTEN = 3


def one_by_one(book: PlanBook) -> PlanBook:
    """Asks the nearest person for each place, and the next one when they do not come."""

    plans = {
        name: replace(
            plan,
            lines=tuple(
                replace(line, requirement=replace(line.requirement, policy=Policy(greedy=True))) for line in plan.lines
            ),
        )
        for name, plan in book.plans.items()
    }
    return replace(book, version="one by one", plans=plans)


async def compared(topics: Topics, playing: ReplaySettings, *books: tuple[str, PlanBook]) -> ReplayComparison:
    return await compare(await read(topics), books, playing, often=OFTEN)


async def test_under_the_book_of_the_record_everything_is_as_it_was(
    recorded: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    found = await compared(recorded, playing, ("in force", in_force))

    was, now = (column.figures for column in found.columns)
    assert was.incidents == 6
    assert was.offers > 30
    assert was.first_on_scene["all"].never < was.incidents
    assert now == was
    assert now.unknown_offers == 0


async def test_it_makes_the_very_offers_of_the_record(
    recorded: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    log = await read(recorded)
    answers = RecordedAnswers(log)

    tally = await Replay(log, in_force, answers, habits_of(answers), playing, people_of(log)).run()

    assert tally.load == tally_of(log).load
    assert tally.courses == tally_of(log).courses


async def test_a_log_that_begins_in_the_middle_goes_on_with_what_was_open(
    recorded: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    log = await read(recorded, from_ms=_first_ms(recorded) + 10 * MINUTE_MS)

    found = await compare(log, [("in force", in_force)], playing, often=OFTEN)

    was, now = (column.figures for column in found.columns)
    assert len(log.begun) == 3
    assert was.incidents == 3
    assert any(line.endswith("not compared: 3") for line in found.assumptions)
    # Who was engaged at the beginning is engaged, so the others are asked, as in the record.
    assert now == was


async def test_another_book_asks_others_and_people_answer_as_they_did(
    recorded: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    found = await compared(recorded, playing, ("in force", in_force), ("other", one_by_one(in_force)))

    _, control, other = (column.figures for column in found.columns)
    assert found.columns[2].plans == "one by one"
    assert other.incidents == control.incidents
    assert other.offers_per_incident is not None
    assert control.offers_per_incident is not None
    assert other.offers_per_incident < control.offers_per_incident
    waited, before = other.first_acceptance["all"].median_s, control.first_acceptance["all"].median_s
    assert waited is not None
    assert before is not None
    assert waited >= before


async def test_the_same_seed_draws_the_same_and_without_draws_nobody_unknown_accepts(
    recorded: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    # Fewer people were asked, so the other book meets people of whom nothing is known.
    books = (("in force", one_by_one(in_force)), ("other", in_force))

    first = (await compared(recorded, playing, *books)).columns[2].figures
    again = (await compared(recorded, playing, *books)).columns[2].figures
    silent = (await compared(recorded, replace(playing, seed=None), *books)).columns[2].figures

    assert first == again
    assert silent.drawn_acceptances == 0


async def test_without_positions_people_are_where_the_offers_found_them(
    recorded: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    found = await compared(recorded.without(LOCATIONS), playing, ("in force", in_force))

    was, now = (column.figures for column in found.columns)
    assert any("who stand where the recorded offers found them" in line for line in found.assumptions)
    assert any("holds no positions" in line for line in found.assumptions)
    # Not the same course, but the same order: most people are found again.
    assert now.people_asked >= was.people_asked / 2
    assert now.first_acceptance["all"].never <= was.incidents / 2


@pytest.mark.parametrize("until", [20 * MINUTE_MS, HOUR_MS])
async def test_an_interval_that_ends_early_is_the_beginning_of_the_same(
    until: int, recorded: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    log = await read(recorded, until_ms=_first_ms(recorded) + until)

    found = await compare(log, [("in force", in_force)], playing, often=OFTEN)

    was, now = (column.figures for column in found.columns)
    assert was.incidents == min(6, until // (4 * MINUTE_MS))
    assert now == was


async def test_progress_ends_at_the_end(recorded: Topics, in_force: PlanBook, playing: ReplaySettings) -> None:
    told: list[tuple[str, int, int]] = []
    log = await read(recorded)

    await compare(
        log,
        [("in force", in_force)],
        playing,
        often=OFTEN,
        tell=lambda name, done, whole: told.append((name, done, whole)),
    )

    assert {name for name, _, _ in told} == {"in force"}
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1] <= told[-1][2] == 2 * HOUR_MS // 1000


def _first_ms(topics: Topics) -> int:
    return topics.records[INCIDENTS.name][0].timestamp
