"""The shadow policy: a second book of plans decides beside the one in force, and only the difference is written (DESIGN 287).

A decision is compared after it has been applied and published, between two batches, and at most for a fixed share of the
worker's time. While the worker is behind, nothing is compared. Nobody is claimed or asked, and no failure reaches a decision.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from mode import Service

from dispatch.plans.book import PlanBook
from streams import clock, metrics
from streams.errors import LogUnavailable
from streams.wire.shadow_records import ShadowDifference, ShadowTally
from streams.worker.drafts import Draft
from streams.worker.shadow_decisions import ShadowResult, searches, shadow_of

log = structlog.get_logger(__name__)
MOST_WAITING = 64
"""Decisions that wait for their comparison: one batch. Further ones are passed over."""
SHARE = 0.10
"""Of the worker's time, at most: a comparison takes as long as the choice of people itself, and after it the service rests."""
BEHIND_S = 1.0
"""Age of the oldest command of the last batch above which nothing is compared."""
IDLE_S = 0.05
TALLY_EVERY_S = 60.0

Write = Callable[[Sequence[ShadowDifference], ShadowTally | None], Awaitable[None]]


@dataclass(slots=True)
class _Sums:
    from_ms: int
    compared: int = 0
    different: int = 0
    asked: int = 0
    shadow_asked: int = 0
    passed_over: int = 0
    failed: int = 0

    def add(self, result: ShadowResult) -> None:
        self.compared += 1
        self.different += bool(result.differences)
        self.asked += result.asked
        self.shadow_asked += result.shadow_asked


class ShadowService(Service):
    """`note` takes decided drafts and never raises; the rest runs in a task of its own.

    `in_force`: the book of the decisions. `is_busy`: whether a batch is being decided. `behind_s`: as `Dispatcher.behind_s`.
    """

    def __init__(
        self,
        book: PlanBook,
        *,
        in_force: Callable[[], PlanBook],
        is_busy: Callable[[], bool],
        behind_s: Callable[[], float],
        write: Write,
    ) -> None:
        super().__init__()
        self._book = book
        self._in_force = in_force
        self._is_busy = is_busy
        self._behind_s = behind_s
        self._write = write
        self._waiting: deque[Draft] = deque()
        self._made: list[ShadowDifference] = []
        self._sums = _Sums(clock.now_ms())
        self._tallied_s = clock.monotonic_s()

    def note(self, drafts: Sequence[Draft]) -> None:
        """Takes drafts whose decisions are written and applied."""
        fresh = [draft for draft in drafts if searches(draft)]
        room = 0 if self._behind_s() > BEHIND_S else MOST_WAITING - len(self._waiting)
        self._waiting += fresh[: max(0, room)]
        self._pass_over(len(fresh) - max(0, min(room, len(fresh))))

    @Service.task
    async def _work(self) -> None:
        while not self.should_stop:
            await self.sleep(await self.step())

    async def on_stop(self) -> None:
        await self._tell(is_last=True)

    async def step(self) -> float:
        """Compares one decision, if there is time for it; returns the seconds to rest."""
        if self._behind_s() > BEHIND_S and self._waiting:
            self._pass_over(len(self._waiting))
            self._waiting.clear()
        await self._tell(is_last=False)
        if not self._waiting or self._is_busy():
            return IDLE_S
        begun_s = clock.monotonic_s()
        # In the loop: beside a second thread it would wait for the interpreter at each step of a batch, 5 ms each time.
        self._compare(self._waiting.popleft())
        return (clock.monotonic_s() - begun_s) * (1 / SHARE - 1)

    def _compare(self, draft: Draft) -> None:
        try:
            result = shadow_of(draft, self._book)
        except Exception:
            self._sums.failed += 1
            metrics.SHADOW_DECISIONS.labels(outcome="failed").inc()
            # The type and place of the fault only: its message may quote a command.
            log.warning("the shadow policy failed", exc_info=True)
            return
        self._sums.add(result)
        metrics.SHADOW_DECISIONS.labels(outcome="different" if result.differences else "same").inc()
        metrics.SHADOW_OFFERS.labels(plans="in_force").inc(result.asked)
        metrics.SHADOW_OFFERS.labels(plans="shadow").inc(result.shadow_asked)
        decision = draft.decision
        assert decision is not None
        if result.differences:
            self._made.append(
                ShadowDifference(
                    decision_id=decision.id,
                    incident_id=decision.incident_id,
                    at_ms=decision.decided_ms,
                    plans=decision.why.plan_version or "",
                    shadow_plans=self._book.version,
                    requirements=result.differences,
                )
            )

    def _pass_over(self, count: int) -> None:
        if count:
            self._sums.passed_over += count
            metrics.SHADOW_DECISIONS.labels(outcome="passed_over").inc(count)

    async def _tell(self, *, is_last: bool) -> None:
        """Writes what differed, and once a minute the sums. What Kafka does not take is lost: nothing waits for it."""
        is_due = clock.monotonic_s() - self._tallied_s >= TALLY_EVERY_S
        if not (self._made or is_due or is_last):
            return
        made, self._made = self._made, []
        tally = self._taken_tally() if is_due or is_last else None
        if not (made or tally):
            return
        try:
            await self._write(made, tally)
        except LogUnavailable as trouble:
            log.info("differences of the shadow policy were not written", count=len(made), cause=str(trouble))

    def _taken_tally(self) -> ShadowTally | None:
        """None: there was nothing to compare."""
        sums, now_ms = self._sums, clock.now_ms()
        self._sums, self._tallied_s = _Sums(now_ms), clock.monotonic_s()
        if not (sums.compared or sums.passed_over or sums.failed):
            return None
        return ShadowTally(
            from_ms=sums.from_ms,
            until_ms=now_ms,
            plans=self._in_force().version,
            shadow_plans=self._book.version,
            compared=sums.compared,
            different=sums.different,
            asked=sums.asked,
            shadow_asked=sums.shadow_asked,
            passed_over=sums.passed_over,
            failed=sums.failed,
        )
