"""Spans are sent by a thread; whatever the collector does, nobody waits for it and losses are counted."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from prometheus_client import REGISTRY

from streams import clock
from streams.components import Component
from streams.settings import Settings
from streams.tracing import configure, end, recorder
from streams.tracing.recorder import LIMIT, Kind, Recorder, Span, current
from streams.tracing.span_ids import SpanRef
from tests.support.fake_collector import FakeCollector, fake_collector
from tests.support.waiting import until

AT_NS = 1_764_000_000_000_000_000


def span(number: int = 1, **stated: object) -> Span:
    return Span(
        name="decide ReportIncident",
        ref=SpanRef(7, number, is_sampled=True),
        parent=SpanRef(7, 99, is_sampled=True),
        kind=Kind.CONSUMER,
        start_ns=AT_NS,
        end_ns=AT_NS + 1_500_000,
        **stated,  # type: ignore[arg-type]
    )


@pytest.fixture
def collector() -> Iterator[FakeCollector]:
    with fake_collector() as running:
        yield running


@pytest.fixture(autouse=True)
def switched_off_afterwards() -> Iterator[None]:
    yield
    end()


@pytest.fixture
def lost() -> Callable[[str], float]:
    def counted(outcome: str) -> float:
        return REGISTRY.get_sample_value("komek_trace_spans_total", {"outcome": outcome}) or 0.0

    before = {outcome: counted(outcome) for outcome in ("sent", "dropped", "failed")}
    return lambda outcome: counted(outcome) - before[outcome]


def on(collector: FakeCollector) -> Recorder:
    configure(Settings(traces=collector.url), Component.WORKER)
    switched_on = current()
    assert switched_on is not None
    return switched_on


def test_a_span_arrives_as_it_was_recorded(collector: FakeCollector, lost: Callable[[str], float]) -> None:
    caller = SpanRef(5, 6, is_sampled=True)
    on(collector).record(span(attributes={"komek.outcome": "dispatched", "messaging.kafka.offset": 17}, cause=caller))

    (seen,) = until(lambda: collector.spans)

    assert (seen.service, seen.name) == ("komek-worker", "decide ReportIncident")
    assert (seen.trace, seen.span, seen.parent) == (f"{7:032x}", f"{1:016x}", f"{99:016x}")
    assert (seen.start_ns, seen.end_ns - seen.start_ns) == (AT_NS, 1_500_000)
    assert seen.attributes == {"komek.outcome": "dispatched", "messaging.kafka.offset": 17}
    assert seen.links == (f"{5:032x}",)
    until(lambda: lost("sent") == 1)


def test_nothing_is_recorded_unless_a_collector_is_named() -> None:
    configure(Settings(), Component.WORKER)

    assert current() is None


def test_a_collector_that_hangs_delays_nobody_and_the_rest_is_counted(
    collector: FakeCollector, lost: Callable[[str], float]
) -> None:
    collector.goes_on.clear()
    switched_on = on(collector)
    switched_on.record(span())
    until(lambda: collector.requests == 1)

    begun_s = clock.monotonic_s()
    for number in range(2, LIMIT + 102):
        switched_on.record(span(number))
    took_s = clock.monotonic_s() - begun_s
    end()
    ended_s = clock.monotonic_s() - begun_s

    collector.goes_on.set()
    until(lambda: "traces" not in {thread.name for thread in threading.enumerate()})

    assert lost("dropped") == 100
    assert took_s < 5.0  # some microseconds each; a request that hangs takes five seconds
    assert ended_s < 4.0


@pytest.mark.parametrize("status", [400, 503])
def test_what_a_collector_refuses_is_counted(
    status: int, collector: FakeCollector, lost: Callable[[str], float]
) -> None:
    collector.status = status
    on(collector).record(span())

    until(lambda: lost("failed") == 1)


def test_a_collector_that_is_gone_costs_its_spans_alone(lost: Callable[[str], float]) -> None:
    configure(Settings(traces="http://127.0.0.1:9"), Component.API)
    switched_on = current()
    assert switched_on is not None
    switched_on.record(span())

    until(lambda: lost("failed") == 1)


def test_a_fault_of_the_exporter_ends_nothing(lost: Callable[[str], float]) -> None:
    calls: list[int] = []

    def fails_once(spans: Sequence[Span]) -> bool:
        calls.append(len(spans))
        if len(calls) == 1:
            raise ZeroDivisionError
        return True

    switched_on = Recorder(fails_once)
    switched_on.record(span(1))
    until(lambda: calls)
    switched_on.record(span(2))
    until(lambda: lost("sent") == 1)
    switched_on.end()

    assert lost("failed") == 1


def test_what_waits_is_sent_at_the_end(collector: FakeCollector) -> None:
    switched_on = on(collector)
    for number in range(1, 11):
        switched_on.record(span(number))
    end()

    assert len(collector.spans) == 10
    assert "traces" not in {thread.name for thread in threading.enumerate()}


def test_without_the_library_the_process_runs_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "streams.tracing.otlp", None)
    configure(Settings(traces="http://127.0.0.1:4318"), Component.API)

    assert current() is None
    assert recorder.current() is None
