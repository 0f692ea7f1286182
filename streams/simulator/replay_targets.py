"""The two targets of a replay: the API, or Kafka directly, with the records that the API would write."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kafka.errors import KafkaError

from dispatch.model import geo, geojson, ids
from dispatch.model.commands import ReportIncident
from dispatch.model.private_refs import text_ref
from streams import clock
from streams.api_client import Api, ApiCaller, ApiUnavailable
from streams.errors import BrokerError, IntakeError
from streams.intake.commands import CommandIntake
from streams.kafka.broker_access import wait_for_broker
from streams.kafka.reasons import kafka_reason
from streams.ring import LiveRing
from streams.settings import Settings
from streams.simulator.replay import ACTOR, ReplayedReport, ReplayOutcome, Send
from streams.wire import IncidentPrivate
from streams.wire.client_digests import ClientDigests, client_digests

ATTEMPTS = 5
_PRIVATE_FIELDS = ("description", "address", "external_id")


def through_http(api: Api) -> Send:
    caller = ApiCaller(role="operator", identity=ACTOR)

    async def send(report: ReplayedReport) -> ReplayOutcome:
        try:
            answer = await api.write("POST", "/v1/incidents", caller, key=report.key, body=report.body)
        except ApiUnavailable:
            return ReplayOutcome(incident_id=None, code="no_answer", is_unknown=True)
        if not answer.is_ok:
            return ReplayOutcome(incident_id=None, code=answer.code)
        return ReplayOutcome(incident_id=str(answer.body["id"]))

    return send


@asynccontextmanager
async def through_kafka(settings: Settings) -> AsyncIterator[Send]:
    """Context manager: writes to Kafka, without the validation and the idempotency cache of the API.

    Ids are derived from the reports, so repeated commands are recognised.

    Raises:
        BrokerError: no broker answered.
        SettingsError: the settings name no key ring.
    """
    ring = LiveRing.of(settings)
    digests = client_digests(ring.now)
    # Before the client is made: a kafka-python client that finds no broker leaves its thread running.
    wait_for_broker(settings)
    intake = CommandIntake(settings, "/komek/replay", ring=ring)
    try:
        await intake.start()
    except KafkaError as error:
        raise BrokerError(f"Kafka does not answer: {kafka_reason(error)}", "Check KOMEK_KAFKA.") from error

    async def send(report: ReplayedReport) -> ReplayOutcome:
        for _ in range(ATTEMPTS):
            try:
                return await _send_once(intake, report, digests)
            except IntakeError:
                continue
        # The ids are derived, so the attempts are one report even if several of them reached the log.
        return ReplayOutcome(incident_id=None, code="not_confirmed", is_unknown=True)

    try:
        yield send
    finally:
        await intake.stop()


async def _send_once(intake: CommandIntake, report: ReplayedReport, digests: ClientDigests) -> ReplayOutcome:
    command = command_of(report, digests)
    private = IncidentPrivate(**{name: report.body.get(name) for name in _PRIVATE_FIELDS})
    assert command.private_ref is not None
    # Write the private record first: a command must never refer to a missing record.
    await intake.send_in_order([intake.private_message(command.private_ref, private), intake.command_message(command)])
    return ReplayOutcome(incident_id=command.incident_id)


def command_of(report: ReplayedReport, digests: ClientDigests) -> ReportIncident:
    body = report.body
    area = geojson.area_of(body["location"])
    incident_id = ids.incident_id(geo.zone_of(area.centre), ACTOR, report.key)
    # Incident id and digest are those of the API, so a repeat through the other target is recognised.
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    command_id = ids.command_id(ACTOR, report.key, "report")
    return ReportIncident(
        id=command_id,
        incident_id=incident_id,
        by=ACTOR,
        sent_ms=clock.now_ms(),
        type=body["type"],
        body_digest=digests.body_digest(hashlib.sha256(canonical.encode()).hexdigest()),
        priority=report.call.kind.priority,
        area=area,
        external_digest=digests.external_digest(body["external_id"]),
        private_ref=text_ref(incident_id, "report", command_id),
        private_fields=_PRIVATE_FIELDS,
    )
