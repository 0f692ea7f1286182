"""One incident is one tree: report, decision, offer, notice, answer. No span says who, and none changes what is sent."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from dispatch.model import answer_commands
from dispatch.model.commands import Command, ReportIncident
from dispatch.model.ids import offer_id, zone_of_incident
from dispatch.model.vocabulary import OfferState
from streams import wire
from streams.intake.commands import CommandIntake
from streams.kafka.records import Consumed
from streams.settings import Settings
from streams.tracing import span_ids, spans
from streams.tracing.recorder import Recorder, Span, current, use
from tests.support import builders

PERSON = "v-secret"
"""What no span may hold."""


class Kept:
    """What would have been sent."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def __call__(self, spans: Sequence[Span]) -> bool:
        self.spans.extend(spans)
        return True

    def named(self, name: str) -> Span:
        (found,) = [span for span in self.spans if span.name == name]
        return found


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    recorder = Recorder(kept)
    use(recorder)
    yield kept
    use(None)
    recorder.end()


def reported() -> ReportIncident:
    return ReportIncident(
        id="00000000-0000-5000-8000-000000000001",
        incident_id=builders.INCIDENT,
        by="operator",
        sent_ms=builders.NOW_MS,
        type="flood",
        body_digest="digest",
        area=builders.point(),
    )


class Record:
    """Of `incidents`."""

    topic, partition, offset, key, value = "komek.incidents.v1", 3, 17, b"8320e5", b"{}"
    timestamp = builders.NOW_MS

    def __init__(self, headers: Any) -> None:
        self.headers = headers


def sent(command: Command, route: str) -> Consumed:
    """As the API sends it, and a worker gets it."""
    begun = spans.begin_request()
    intake = CommandIntake(Settings(), "/komek/api")
    message = intake.command_message(command)
    if begun is not None:
        spans.end_request(begun, route=route, method="POST", status=202, caller=None)
    return Record(message.headers)


def ended() -> None:
    """Waits for the thread."""
    recorder = current()
    assert recorder is not None
    recorder.end()


def test_one_incident_is_one_tree(kept: Kept) -> None:
    report = reported()
    record = sent(report, "/v1/incidents")
    decision = builders.decision()
    spans.decided(record, report, decision, start_ns=1, logged_ns=2)
    made = offer_id(report.incident_id, decision.cause.command_id, "r-1", PERSON)
    step = builders.offer_step(
        id=made, incident_id=report.incident_id, volunteer_id=PERSON, decision_id=decision.id, state=OfferState.OFFERED
    )
    offered = Record(spans.step_header(step))
    spans.published([step], 3)
    spans.noticed(spans.taken(offered), "n-1", channel="push", outcome="sent", attempts=1)
    answer = answer_commands.AcceptOffer(
        id="00000000-0000-5000-8000-000000000007",
        incident_id=report.incident_id,
        by=PERSON,
        sent_ms=builders.NOW_MS,
        offer_id=made,
        volunteer_id=PERSON,
    )
    sent(answer, "/v1/offers/{offer_id}/accept")
    ended()

    tree = {span.name: span for span in kept.spans}
    parents = {
        name: next((other for other, one in tree.items() if one.ref == span.parent), None)
        for name, span in tree.items()
    }
    assert parents == {
        "POST /v1/incidents": None,
        "decide ReportIncident": "POST /v1/incidents",
        "offer offered": "decide ReportIncident",
        "notice push": "offer offered",
        "POST /v1/offers/{offer_id}/accept": "offer offered",
    }
    assert {f"{span.ref.trace:032x}" for span in kept.spans} == {report.incident_id.rpartition("-")[2]}
    assert PERSON not in repr(kept.spans)


def test_a_repeat_is_the_same_span(kept: Kept) -> None:
    report = reported()
    sent(report, "/v1/incidents")
    sent(report, "/v1/incidents")
    ended()

    first, second = kept.spans
    assert first.ref == second.ref


def test_a_request_of_somebody_with_a_trace_is_linked_and_not_continued(kept: Kept) -> None:
    begun = spans.begin_request()
    assert begun is not None
    spans.command_header(reported())
    theirs = "00-00000000000000000000000000000abc-0000000000000def-01"
    spans.end_request(begun, route="/v1/incidents", method="POST", status=503, caller=theirs)
    ended()

    (span,) = kept.spans
    assert span.cause == span_ids.parsed(theirs)
    assert span.ref.trace != 0xABC
    assert span.is_error


@pytest.mark.usefixtures("kept")
def test_a_record_differs_by_its_header_alone() -> None:
    report = reported()
    traced = CommandIntake(Settings(), "/komek/api").command_message(report)
    use(None)
    plain = CommandIntake(Settings(), "/komek/api").command_message(report)

    assert (traced.topic, traced.key, traced.value) == (plain.topic, plain.key, plain.value)
    assert {name for name, _ in traced.headers} - {name for name, _ in plain.headers} == {"traceparent"}
    assert traced.value == wire.encode_command(report)
    assert zone_of_incident(report.incident_id) == traced.key


def test_an_incident_that_is_not_sampled_leaves_no_span_and_says_so_in_its_header() -> None:
    kept = Kept()
    recorder = Recorder(kept, share=0.0)
    use(recorder)
    record = sent(reported(), "/v1/incidents")
    recorder.end()
    use(None)

    ref = span_ids.received(record.headers)
    assert kept.spans == []
    assert ref is not None
    assert not ref.is_sampled


def test_while_traces_are_off_nothing_is_added() -> None:
    record = sent(reported(), "/v1/incidents")

    assert "traceparent" not in dict(record.headers)
    assert spans.begin_request() is None
    assert spans.taken(record) is None
