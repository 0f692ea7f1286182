"""The shadow policy: what another book would have decided on the same candidates, and that nothing of it reaches a decision."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from dispatch.model.commands import ReportIncident
from dispatch.model.ids import incident_id
from dispatch.model.requirements import Policy, RequirementSpec
from dispatch.model.vocabulary import Capability, Priority
from dispatch.plans.book import BadPlans, PlanBook, load_builtin
from streams import clock, metrics
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.policy_replay.log_in_memory import LogInMemory
from streams.settings import load
from streams.store.memory.indexed import IndexedStore
from streams.wire import ShadowCode, ShadowDifference, ShadowTally
from streams.worker.app import build_app
from streams.worker.dispatcher import Dispatcher
from streams.worker.drafts import Draft
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.shadow_decisions import searches, shadow_of
from streams.worker.shadow_service import IDLE_S, MOST_WAITING, SHARE, ShadowService
from tests.support.builders import ZONE, point
from tests.support.desk import DATA_KEY
from tests.support.recorded_town import BEGINS_MS, register, report_positions

FIRST_AID = RequirementSpec(capability=Capability.FIELD, skill="first_aid", count=2)


def asking(people: int) -> PlanBook:
    """Asks so many people at once."""
    book = load_builtin()
    defaults = replace(book.defaults, policy=Policy(nearest=people))
    return replace(book, version=f"{people} at once", defaults=defaults)


async def decided(
    book: PlanBook, *specs: RequirementSpec, reports: int = 1, kind: str = "medical.other"
) -> tuple[list[Draft], IndexedStore]:
    """Reports with these requirements, else those of the plan, decided under a book."""
    store = IndexedStore(lambda: BEGINS_MS)
    await register(store, 60, BEGINS_MS)
    await report_positions(store, 60, BEGINS_MS)
    log = LogInMemory()
    publisher, reader = cast("Publisher", log), cast("LogReader", log)
    drafts: list[Draft] = []
    dispatcher = Dispatcher(
        store=store,
        publisher=publisher,
        projection=Projection(store, publisher, reader),
        plans=book,
        on_decided=drafts.extend,
    )
    commands = [
        ReportIncident(
            id=f"c-{number}",
            incident_id=incident_id(ZONE, "op-1", f"shadow-{number}"),
            by="op-1",
            sent_ms=BEGINS_MS,
            type=kind,
            body_digest="test:0",
            priority=Priority.HIGH,
            area=point(),
            requirements=specs or None,
        )
        for number in range(reports)
    ]
    await dispatcher.handle([log.record_of(command, BEGINS_MS) for command in commands])
    return drafts, store


class TestDifferences:
    async def test_the_same_book_asks_the_same_people(self) -> None:
        drafts, _ = await decided(load_builtin(), reports=4)

        results = [shadow_of(draft, load_builtin()) for draft in drafts if searches(draft)]

        assert results
        assert all(result.differences == () and result.asked == result.shadow_asked > 0 for result in results)

    @pytest.mark.parametrize(("people", "code"), [(2, ShadowCode.FEWER), (9, ShadowCode.MORE)])
    async def test_a_book_that_asks_more_or_fewer(self, people: int, code: ShadowCode) -> None:
        (draft,), _ = await decided(asking(5), FIRST_AID)

        (one,) = shadow_of(draft, asking(people)).differences

        assert (one.code, one.skill, one.asked) == (code, "first_aid", 5)
        assert one.shadow_asked == people
        assert one.in_common == min(5, people)

    async def test_a_book_with_another_need_says_what_cannot_be_compared(self) -> None:
        book = load_builtin()
        plan = book.plans["medical.other"]
        other = replace(book, plans={**book.plans, "medical.other": book.plans["fire.building"]})
        (draft,), _ = await decided(book)
        assert draft.settled.incident is not None
        assert plan.requirements != other.plan("medical.other").requirements

        codes = {one.code for one in shadow_of(draft, other).differences}

        assert ShadowCode.ONLY_SHADOW in codes
        assert not codes & {ShadowCode.MORE, ShadowCode.FEWER, ShadowCode.OTHERS}

    async def test_a_need_that_the_other_book_does_not_have(self) -> None:
        book = load_builtin()
        plan = book.plans["fire.building"]
        other = replace(book, plans={**book.plans, "fire.building": replace(plan, lines=plan.lines[:1])})
        (draft,), _ = await decided(book, kind="fire.building")
        assert len(draft.settled.needs) > 1

        assert ShadowCode.ONLY_REAL in {one.code for one in shadow_of(draft, other).differences}

    async def test_more_people_than_the_search_had_found(self) -> None:
        (draft,), _ = await decided(asking(1), FIRST_AID)
        (name,) = draft.found
        # The search of the decision has ended with enough for it.
        draft.found[name] = replace(draft.found[name], candidates=draft.found[name].candidates[:2], complete=False)

        (one,) = shadow_of(draft, asking(9)).differences

        assert one.code is ShadowCode.TOO_FEW_FOUND

    async def test_it_changes_nothing(self) -> None:
        drafts, store = await decided(asking(5), FIRST_AID)
        before = (drafts[0].decision, dict(drafts[0].found), {one.id: one.claim for one in store.people.known.values()})

        shadow_of(drafts[0], asking(2))

        assert before == (
            drafts[0].decision,
            dict(drafts[0].found),
            {one.id: one.claim for one in store.people.known.values()},
        )


class Written:
    """What the service writes; `is_away`: nothing is confirmed."""

    def __init__(self, *, is_away: bool = False) -> None:
        self.differences: list[ShadowDifference] = []
        self.tallies: list[ShadowTally] = []
        self._is_away = is_away

    async def __call__(self, differences: Sequence[ShadowDifference], tally: ShadowTally | None) -> None:
        if self._is_away:
            raise LogUnavailable("away")
        self.differences += differences
        self.tallies += [tally] if tally else []


def service(
    written: Written, book: PlanBook, *, is_busy: bool = False, behind_s: float = 0.0, in_force: PlanBook | None = None
) -> ShadowService:
    return ShadowService(
        book,
        in_force=lambda: in_force or asking(5),
        is_busy=lambda: is_busy,
        behind_s=lambda: behind_s,
        write=written,
    )


class TestService:
    async def test_what_differs_is_written_with_sums_at_the_end(self) -> None:
        drafts, _ = await decided(asking(5), FIRST_AID)
        written = Written()
        shadow = service(written, asking(2))
        shadow.note(drafts)

        begun_s = clock.monotonic_s()
        rest_s = await shadow.step()
        took_s = clock.monotonic_s() - begun_s
        await shadow.step()
        await shadow.on_stop()

        # So that of the time until the next comparison no more than the share is spent.
        assert 0 < rest_s <= took_s * (1 / SHARE - 1)
        assert SHARE <= 0.2
        (difference,), (tally,) = written.differences, written.tallies
        assert drafts[0].decision is not None
        assert difference.decision_id == drafts[0].decision.id
        assert (difference.plans, difference.shadow_plans) == ("5 at once", "2 at once")
        assert (tally.compared, tally.different, tally.asked, tally.shadow_asked) == (1, 1, 5, 2)
        assert (tally.passed_over, tally.failed) == (0, 0)

    @pytest.mark.parametrize(("is_busy", "passed_over"), [(True, 0), (False, 1)])
    async def test_while_a_batch_is_decided_it_waits_and_while_the_worker_is_behind_it_passes_over(
        self, is_busy: bool, passed_over: int
    ) -> None:
        drafts, _ = await decided(asking(5), FIRST_AID)
        written = Written()
        shadow = service(written, asking(2), is_busy=is_busy, behind_s=0.0 if is_busy else 5.0)
        shadow.note(drafts)

        assert await shadow.step() == IDLE_S
        await shadow.on_stop()

        assert [one.passed_over for one in written.tallies] == ([passed_over] if passed_over else [])
        assert written.differences == []

    async def test_no_more_wait_than_a_batch(self) -> None:
        drafts, _ = await decided(asking(5), FIRST_AID)
        written = Written()
        shadow = service(written, asking(2))

        shadow.note(drafts * (MOST_WAITING + 7))
        await shadow.on_stop()

        assert written.tallies[0].passed_over == 7

    async def test_a_book_that_fails_is_counted_and_ends_nothing(self) -> None:
        drafts, _ = await decided(asking(5), FIRST_AID)
        broken = replace(load_builtin(), plans={})  # every look-up of a type fails
        before = metrics.SHADOW_DECISIONS.labels(outcome="failed")._value.get()
        written = Written()
        shadow = service(written, broken)
        shadow.note(drafts)

        await shadow.step()
        await shadow.on_stop()

        assert written.tallies[0].failed == 1
        assert metrics.SHADOW_DECISIONS.labels(outcome="failed")._value.get() == before + 1

    async def test_what_kafka_does_not_take_is_lost_and_nothing_waits(self) -> None:
        drafts, _ = await decided(asking(5), FIRST_AID)
        shadow = service(Written(is_away=True), asking(2))
        shadow.note(drafts)

        await shadow.step()
        await shadow.step()

        assert await shadow.step() == IDLE_S


def test_plans_that_cannot_be_read_refuse_the_start(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("version = \n")
    settings = load(
        {
            "KOMEK_DATA": str(tmp_path),
            "KOMEK_KAFKA": "127.0.0.1:9",
            "KOMEK_REDIS": "redis://127.0.0.1:9/0",
            "KOMEK_DATA_KEY": DATA_KEY,
            "KOMEK_SHADOW_PLANS": str(broken),
        }
    )

    with pytest.raises(BadPlans, match=r"broken\.toml: .*line 1"):
        build_app(settings)
