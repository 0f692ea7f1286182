"""The services of the API, for as long as its process runs: connected at start, stopped in the reverse order.

`app.py` opens it as the application's lifespan.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from functools import partial

import structlog

from api.process.in_flight import InFlight
from api.process.intake_marks import IntakeMarks
from api.process.latency import Latency
from api.process.media_models import MediaModels
from api.process.oidc_issuer import OidcIssuer
from api.process.plans_in_force import PlansInForce
from api.process.rate_limits import RateLimits
from api.process.service_stack import ServiceStack
from api.process.services import Services
from api.process.shutdown import on_stop_signal
from api.reads.event_stream import Live
from api.writes.alarm_answers import AlarmTidy
from api.writes.channels import end_of_sessions
from api.writes.handovers import HandoverTidy
from dispatch.assistant.languages import built_in_table
from dispatch.cards import card_table as card_tables
from dispatch.gazetteer import built_in as gazetteer
from dispatch.plans import book as response_plans
from streams import clock
from streams.audit.audit_log import AuditLog
from streams.audit.reader import AuditReader
from streams.components import Component
from streams.dead_letters.watch import LetterWatch
from streams.intake.commands import CommandIntake
from streams.intake.positions import PositionIntake
from streams.kafka import topic_admin
from streams.kafka.log_reader import LogReader
from streams.kafka.topic_drift import told
from streams.lookups.report_preview import ReportPreviews
from streams.monitoring.alarm_watch import AlarmWatch
from streams.monitoring.lag_monitor import Monitor
from streams.readers.alarm_answers import AlarmAnswers
from streams.readers.assistant_modes import AssistantModes
from streams.readers.conversation_log import ConversationFollower, KafkaConversationLog
from streams.readers.decisions import DecisionReader
from streams.readers.feed import Feed
from streams.readers.handovers import Handovers
from streams.readers.key_log import KeyLog
from streams.readers.last_known import LastKnownReader
from streams.readers.plans import PlanFollower
from streams.readers.private_log import PrivateLogReader
from streams.ring import KeyUse, LiveRing
from streams.sessions.book import SessionBook
from streams.sessions.follower import SessionFollower
from streams.sessions.log import KafkaSessionLog
from streams.sessions.sessions import Sessions
from streams.settings import STRICT, Settings
from streams.store import RedisClient, RedisStore
from streams.store.assistant_calls import AssistantCalls
from streams.store.intake_marks import RedisIntakeMarks
from streams.store.operator_search import RedisOperatorSearch
from streams.store.operators_here import OperatorsHere
from streams.store.people import PeopleStore
from streams.store.reach import ReachStore
from streams.store.reads import Reads
from streams.store.redis_target import target_of
from streams.tokens import KeyFile
from streams.wire.client_digests import client_digests

_log = structlog.get_logger(__name__)


class NotAsStated(RuntimeError):
    """Topics are missing or configured dangerously; the message has one line for each."""


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Services]:
    """Connects all services, and stops them in the reverse order.

    Raises:
        NotAsStated: a topic is missing or configured dangerously.
        BrokerError: Kafka does not answer.
        BadKeys, BadPlans: a file is invalid.
        WrongRing: the key ring is not that of the deployment.
    """
    ring = LiveRing.of(settings)
    keys = KeyFile(settings.require_jwt_keys(), is_strict=settings.tokens == STRICT)
    plans = response_plans.load(settings.plans) if settings.plans else response_plans.load_builtin()
    # Before anything starts: with a topic that is missing or configured dangerously, a 202 could not be kept.
    await _check_topics(settings)
    # Read here, so that no request waits for its files.
    await asyncio.to_thread(gazetteer.built_in)
    if settings.public_messages:
        await asyncio.to_thread(built_in_table)
    async with ServiceStack() as stack:
        services, feed = await _connected(settings, ring, keys, PlansInForce(plans, settings.time_zone), stack)
        # Entered last, so that a signal during the start goes to uvicorn alone.
        stack.enter_context(on_stop_signal(feed.end_listeners))
        if settings.tokens != STRICT:
            _log.info("tokens without jti or typ are accepted; KOMEK_TOKENS=strict refuses them")
        _log.info("api is ready", name=_name())
        yield services


def _signer(settings: Settings) -> Callable[[bytes], bytes] | None:
    """Raises BadSigner."""
    if settings.cap_cert is None or settings.cap_key is None:
        return None
    # lxml takes 0.1 s, and most deployments sign nothing.
    from streams.cap.signing import Signer

    return Signer(settings.cap_cert, settings.cap_key).signed


def _name() -> str:
    return f"api-{os.getpid()}"


async def _connected(
    settings: Settings, ring: LiveRing, keys: KeyFile, plans_in_force: PlansInForce, stack: ServiceStack
) -> tuple[Services, Feed]:
    """All services, in the order in which they need each other; and the feed, whose listeners end before the process does."""
    name, latency = _name(), Latency()
    link = RedisClient(target_of(settings))
    # First in, so closed last: `marks` finishes its background writes to Redis when it stops.
    stack.push_async_callback(link.close)
    # Before anything is written: with the wrong key ring this process would make texts that nobody can read.
    await stack.started(KeyLog(settings, f"{name}-keys", ring, uses=tuple(KeyUse)))
    intake = await stack.started(CommandIntake(settings, name, ring=ring))
    # A name that no process had before: numbers of entries begin anew with each.
    audit_log = await stack.started(AuditLog(settings, client_digests(ring.now), f"api-{clock.fresh_id()}"))
    positions = await stack.started(PositionIntake(settings, name))
    feed = await stack.started(Feed(settings, f"{name}-live", latency.watch))
    # Live views end with the key of their token, and with the token or session itself.
    keys.on_change = feed.interrupt_listeners
    sessions = await _sessions(settings, f"{name}-sessions", stack, intake, feed, ring)
    await stack.started(keys)
    monitor, letters = Monitor(settings, name), LetterWatch(settings, f"{name}-letters")
    answers = AlarmAnswers(settings, f"{name}-alarms")
    handovers = Handovers(settings, f"{name}-handovers")
    messages = ConversationFollower(settings, f"{name}-messages")
    # Pages that are open show hints no longer than those that are opened after the switch.
    modes = AssistantModes(settings, f"{name}-assistant", feed.interrupt_listeners)
    # A book that was applied takes precedence over the file and the built-in one, also at start (DESIGN 32).
    fallback, use = plans_in_force.book, plans_in_force.put
    plans = PlanFollower(settings, f"{name}-plans", fallback=fallback, use=use)
    await stack.started_together(monitor, letters, answers, handovers, messages, modes, plans)
    reads = Reads(link)
    watch = AlarmWatch(
        link=link,
        lag=monitor,
        letters=letters,
        keys=keys,
        ring=ring,
        audit=audit_log,
        assistant_is_off=lambda: modes.book.is_off,
        below_floor=lambda: [f"{one.task} {one.language}" for one in modes.book.own_shadows()],
        unread=messages.book.unread,
    )
    alarms = await stack.started(watch)
    await stack.started(AlarmTidy(answers.book, reads, alarms, intake.send_alarm_answer))
    people = PeopleStore(link)
    await stack.started(HandoverTidy(handovers.book, intake, people))
    media_models = MediaModels.of_settings(settings)
    stack.push_async_callback(media_models.close)
    services = Services(
        settings=settings,
        ring=ring,
        keys=keys,
        sessions=sessions,
        issuer=stack.kept(OidcIssuer(settings)) if settings.oidc_issuer else None,
        plans_in_force=plans_in_force,
        intake=intake,
        audit=audit_log,
        audit_pages=AuditReader(settings, f"{name}-audit"),
        positions=positions,
        reads=reads,
        operator_search=RedisOperatorSearch(link, settings.time_zone),
        previews=ReportPreviews(RedisStore(link)),
        people=people,
        marks=stack.kept(IntakeMarks(RedisIntakeMarks(link))),
        sign_warning=_signer(settings),
        card_table=card_tables.load(settings.card_table),
        explanations=stack.kept(DecisionReader(settings, f"{name}-decisions")),
        last_known=LastKnownReader(settings, f"{name}-last-known"),
        private_log=PrivateLogReader(settings, f"{name}-private"),
        live=Live(feed, lambda: modes.book.version),
        monitor=monitor,
        alarms=alarms,
        alarm_book=answers.book,
        handover_book=handovers.book,
        conversations=messages.book,
        conversation_log=KafkaConversationLog(
            intake.send_about_conversation, messages, partial(LogReader, settings, f"{name}-messages-read")
        ),
        operators_here=OperatorsHere(link),
        assistant=AssistantCalls(link, ring),
        assistant_modes=modes.book,
        assistant_standing=modes.standing,
        reach=ReachStore(link),
        media_models=media_models,
        latency=latency,
        rates=RateLimits(settings.rates),
        in_flight=InFlight(is_on=settings.rates is not None),
    )
    # Who was logged out by time gets no notices there either.
    sessions.when_over = partial(end_of_sessions, services)
    return services, feed


async def _sessions(
    settings: Settings, name: str, stack: ServiceStack, intake: CommandIntake, feed: Feed, ring: LiveRing
) -> Sessions:
    """The sessions of this process, which follow the log."""
    book = SessionBook()
    follower = await stack.started(SessionFollower(settings, name, book, feed.interrupt_listeners))
    log = KafkaSessionLog(intake.send_session, follower)
    return await stack.started(Sessions(book, log, lambda: ring.now))


async def _check_topics(settings: Settings) -> None:
    # In a thread: the administration client of kafka-python blocks.
    faults = await asyncio.to_thread(topic_admin.check_topics, settings, needs=Component.API)
    if faults:
        raise NotAsStated(told(faults))
