"""What is recorded: the request that sent a command, its decision, the steps of offers, the notice, the reading of a text.

Each function does nothing while traces are off or the trace is not sampled.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from dispatch.model.commands import Command, ReportIncident
from dispatch.model.decisions import Decision, OfferStep
from dispatch.model.vocabulary import OfferState
from streams import clock, topics
from streams.kafka.records import Consumed
from streams.tracing import span_ids
from streams.tracing.recorder import Kind, Recorder, Span, current
from streams.tracing.span_ids import HEADER, SpanRef

Header = tuple[str, bytes]
_SYSTEM = {"messaging.system": "kafka"}


@dataclass(frozen=True, slots=True)
class Begun:
    """A request while it is handled: the commands that it sent."""

    start_ns: int
    commands: list[Command]


_request: ContextVar[Begun | None] = ContextVar("request", default=None)


def header(ref: SpanRef | None) -> list[Header]:
    """The header that a record of this span carries; none while traces are off."""
    return [(HEADER, ref.traceparent.encode())] if ref is not None else []


# Requests (API).


def begin_request() -> Begun | None:
    """Call in the task that handles a request."""
    begun = None if current() is None else Begun(clock.now_ns(), [])
    _request.set(begun)
    return begun


def command_header(command: Command) -> list[Header]:
    """The header of a command, whose request it notes."""
    recorder, begun = current(), _request.get()
    if recorder is None:
        return []
    if begun is not None:
        begun.commands.append(command)
    return header(_ref_of_command(recorder, command))


def end_request(begun: Begun, *, route: str, method: str, status: int, caller: str | None) -> None:
    """`caller`: the header `traceparent` of the request. It is linked and never continued: anybody may send one."""
    recorder, end_ns = current(), clock.now_ns()
    for command in begun.commands if recorder else ():
        assert recorder is not None
        _record(
            recorder,
            f"{method} {route}",
            _ref_of_command(recorder, command),
            _parent_of_command(recorder, command),
            kind=Kind.SERVER,
            start_ns=begun.start_ns,
            end_ns=end_ns,
            attributes={
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
                "komek.command": type(command).__name__,
                "komek.incident": command.incident_id,
            },
            is_error=status >= 500,
            cause=span_ids.parsed(caller),
        )


# Decisions and offers (worker).


def issued(commands: Sequence[Command], start_ns: int) -> None:
    """Commands that a worker itself sent, such as due deadlines."""
    recorder = current()
    for command in commands if recorder else ():
        assert recorder is not None
        _record(
            recorder,
            f"send {type(command).__name__}",
            _ref_of_command(recorder, command),
            _parent_of_command(recorder, command),
            kind=Kind.PRODUCER,
            start_ns=start_ns,
            end_ns=clock.now_ns(),
            attributes={**_SYSTEM, "messaging.destination.name": topics.INCIDENTS.name},
        )


def decision_header(decision: Decision) -> list[Header]:
    recorder = current()
    return header(_ref_of_decision(recorder, decision)) if recorder else []


def decided(record: Consumed, command: Command, decision: Decision, *, start_ns: int, logged_ns: int) -> None:
    """`logged_ns`: when the log had the decision."""
    if (recorder := current()) is None:
        return
    _record(
        recorder,
        f"decide {type(command).__name__}",
        _ref_of_decision(recorder, decision),
        span_ids.received(record.headers) or _ref_of_command(recorder, command),
        kind=Kind.CONSUMER,
        start_ns=start_ns,
        end_ns=clock.now_ns(),
        attributes={
            **_SYSTEM,
            "messaging.destination.name": record.topic,
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
            "komek.outcome": str(decision.outcome),
            "komek.incident": decision.incident_id,
            "komek.waited_ms": max(0, start_ns // 1_000_000 - record.timestamp),
        },
        events=[("decision is in the log", logged_ns)],
    )


def step_header(step: OfferStep) -> list[Header]:
    recorder = current()
    return header(_ref_of_step(recorder, step)) if recorder else []


def published(steps: Sequence[OfferStep], start_ns: int) -> None:
    """Steps of offers that are in the log."""
    recorder = current()
    for step in steps if recorder else ():
        assert recorder is not None
        _record(
            recorder,
            f"offer {step.state}",
            _ref_of_step(recorder, step),
            span_ids.of_record(step.incident_id, step.decision_id, recorder.share),
            kind=Kind.PRODUCER,
            start_ns=start_ns,
            end_ns=clock.now_ns(),
            attributes={**_SYSTEM, "messaging.destination.name": topics.OFFERS.name, "komek.skill": step.skill},
        )


# Notices (notifier) and texts (assistant).


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that is being worked on: the span that sent it, and since when."""

    parent: SpanRef
    since_ns: int


def taken(record: Consumed) -> Taken | None:
    """None while traces are off, or when the record belongs to no trace."""
    if current() is None or (parent := span_ids.received(record.headers)) is None:
        return None
    return Taken(parent, clock.now_ns())


def noticed(work: Taken | None, notice_id: str, *, channel: str, outcome: str, attempts: int) -> None:
    """A notice that has ended."""
    if (recorder := current()) is None or work is None:
        return
    _record(
        recorder,
        f"notice {channel}",
        _below(work.parent, notice_id),
        work.parent,
        kind=Kind.CLIENT,
        start_ns=work.since_ns,
        end_ns=clock.now_ns(),
        attributes={"komek.channel": channel, "komek.outcome": outcome, "komek.attempts": attempts},
        is_error=outcome == "failed",
    )


def text_read(incident_id: str, ref: str, start_ns: int) -> None:
    """A text whose hints are written."""
    if (recorder := current()) is None:
        return
    _record(
        recorder,
        "read text",
        span_ids.of_record(incident_id, ref, recorder.share),
        span_ids.of_incident(incident_id, recorder.share),
        kind=Kind.INTERNAL,
        start_ns=start_ns,
        end_ns=clock.now_ns(),
    )


def _below(parent: SpanRef, about: str) -> SpanRef:
    return SpanRef(parent.trace, span_ids.span_number(about), parent.is_sampled)


def _ref_of_command(recorder: Recorder, command: Command) -> SpanRef | None:
    if isinstance(command, ReportIncident):
        return span_ids.of_incident(command.incident_id, recorder.share)
    return span_ids.of_record(command.incident_id, command.id, recorder.share)


def _parent_of_command(recorder: Recorder, command: Command) -> SpanRef | None:
    if isinstance(command, ReportIncident):
        return None
    offer = getattr(command, "offer_id", None)
    made = span_ids.of_offer(offer, recorder.share) if isinstance(offer, str) else None
    return made or span_ids.of_incident(command.incident_id, recorder.share)


def _ref_of_decision(recorder: Recorder, decision: Decision) -> SpanRef | None:
    return span_ids.of_record(decision.incident_id, decision.id, recorder.share)


def _ref_of_step(recorder: Recorder, step: OfferStep) -> SpanRef | None:
    if step.state is OfferState.OFFERED and step.notice is None:
        return span_ids.of_offer(step.id, recorder.share)
    return span_ids.of_record(step.incident_id, step.event_id, recorder.share)


def _record(recorder: Recorder, name: str, ref: SpanRef | None, parent: SpanRef | None, **rest: object) -> None:
    if ref is not None and ref.is_sampled:
        recorder.record(Span(name=name, ref=ref, parent=parent, **rest))  # type: ignore[arg-type]
