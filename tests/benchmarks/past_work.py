"""A past for a deployment: incidents that were reported, accepted, worked on and closed, all decided by real workers."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer

from dispatch.model.answer_commands import AcceptOffer, ReportProgress
from dispatch.model.commands import CloseIncident, Command, ReportIncident
from dispatch.model.ids import zone_of_incident
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability, OfferState
from streams import clock, wire
from streams.topics import DECISIONS, INCIDENTS, OFFERS
from tests.benchmarks.crowd import reports
from tests.benchmarks.following import Follower, following, producing
from tests.benchmarks.servers import Process, Servers

THREE = (RequirementSpec(capability=Capability.FIELD, skill="first_aid", count=3),)
AT_ONCE = 500
"""Incidents that are open at the same time."""
WITHIN_S = 300.0
STEPS = (OfferState.EN_ROUTE, OfferState.ON_SCENE, OfferState.DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    commands: int
    seconds: float


async def live_through(at: Servers, incidents: int, seed: int, deciders: Sequence[Process]) -> Past:
    """Some fourteen commands for each incident: the report, three people's answers and steps, the end."""
    begun_s = clock.monotonic_s()
    done = 0
    async with following(at.kafka, OFFERS.name, DECISIONS.name) as log, producing(at.kafka) as producer:
        for first in range(0, incidents, AT_ONCE):
            count = min(AT_ONCE, incidents - first)
            some = reports(count, seed + first, types=["medical.other"], requirements=THREE)
            done += await _chunk(log, producer, some, deciders)
            log.seen.clear()
    return Past(commands=done, seconds=clock.monotonic_s() - begun_s)


async def _chunk(
    log: Follower, producer: AIOKafkaProducer, some: Sequence[ReportIncident], deciders: Sequence[Process]
) -> int:
    asked, decided, looked = list[Command](some), 0, 0
    await _send(producer, some)
    closing = False
    deadline = clock.monotonic_s() + WITHIN_S
    while True:
        await log.until(lambda looked=looked: len(log.seen) > looked, 2.0, deciders)  # type: ignore[misc]
        fresh, looked = log.seen[looked:], len(log.seen)
        decided += sum(entry.topic == DECISIONS.name for entry in fresh)
        answers = [one for entry in fresh if entry.topic == OFFERS.name for one in _answers(entry.value)]
        if not answers and not closing and decided >= len(asked):
            closing = True
            answers = [CloseIncident(**_common(report.incident_id)) for report in some]
        elif closing and decided >= len(asked):
            return len(asked)
        asked += answers
        await _send(producer, answers)
        assert clock.monotonic_s() < deadline, f"{decided} of {len(asked)} commands were decided"


def _answers(value: bytes | None) -> Iterator[Command]:
    step = wire.decode_offer_step(value)
    if step.state is not OfferState.OFFERED:
        return
    who: dict[str, Any] = {"offer_id": step.id, "volunteer_id": step.volunteer_id}
    yield AcceptOffer(**_common(step.incident_id), **who)
    for state in STEPS:
        yield ReportProgress(**_common(step.incident_id), **who, state=state)


def _common(incident_id: str) -> dict[str, Any]:
    return {"id": clock.fresh_id(), "incident_id": incident_id, "by": "bench", "sent_ms": clock.now_ms()}


async def _send(producer: AIOKafkaProducer, commands: Sequence[Command]) -> None:
    sent = [
        await producer.send(
            INCIDENTS.name, wire.encode_command(one), key=(zone_of_incident(one.incident_id) or "").encode()
        )
        for one in commands
    ]
    await asyncio.gather(*sent)
