"""Waits for a broker before a client is made, and says in one sentence why a broker refuses this process.

The client libraries retry a wrong password or an unknown CA like a broker that is down, and end with "unable to bootstrap". So
the first connection is made here by hand: one attempt, and the reason as it came.
"""

import asyncio
import contextlib
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

from aiokafka.conn import create_conn
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    RequestTimedOutError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from streams import clock
from streams.errors import BrokerError
from streams.kafka import security, timeouts
from streams.kafka.token_source import TokenUnavailable
from streams.setting_combinations import OAUTHBEARER, SASL_SSL, SSL
from streams.settings import Settings

TIMEOUT_S = 30.0
CLOSED_TIMES = 5
"""A broker that closes new connections so often in a row speaks another protocol; once or twice it may be ending."""
_BETWEEN_S = 0.2
DENIED = (TopicAuthorizationFailedError, GroupAuthorizationFailedError, ClusterAuthorizationFailedError)
"""aiokafka's errors of a client that was let in and may not do what it asked for."""


def wait_for_broker(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> float:
    """Waits until one of the servers accepts this client; returns the rest of `timeout_s`.

    To be called before a client is constructed: a kafka-python client that finds no broker leaves its thread running. Also inside
    a running event loop, which then waits.

    Raises:
        BrokerError: no server accepted a connection in time, or one refuses this client.
    """
    deadline = clock.monotonic_s() + timeout_s
    closed = 0
    while True:
        refused, closes = _asked(settings)
        if refused is None and not closes:
            return max(0.0, deadline - clock.monotonic_s())
        if isinstance(refused, Refused):
            raise refused
        closed = closed + 1 if closes else 0
        if closed >= CLOSED_TIMES or clock.monotonic_s() >= deadline:
            assert refused is not None
            raise refused
        time.sleep(_BETWEEN_S)


async def refusal(settings: Settings) -> str | None:
    """Why the brokers refuse this client now, as a sentence; None while one accepts it or none is reachable."""
    refused, _ = await _ask_all(settings)
    return str(refused) if isinstance(refused, Refused) else None


class Refused(BrokerError):
    """A broker answers and does not let this client in: a repeat with the same settings will not help."""


def identity(settings: Settings) -> str:
    """What this client shows to a broker, for messages."""
    if settings.kafka_security.startswith("SASL_"):
        if settings.kafka_mechanism == OAUTHBEARER:
            return f"the access token of {settings.kafka_token_client!r}"
        return f"the user {settings.kafka_user!r}"
    if settings.kafka_cert is not None:
        return f"the certificate {settings.kafka_cert}"
    return "a client without credentials"


def unreachable_cure(servers: str) -> str:
    return f"Check KOMEK_KAFKA={servers} and that the broker runs (`komek up` starts one here)."


def _asked(settings: Settings) -> tuple[BrokerError | None, bool]:
    # A thread of its own, because the caller's thread may run an event loop.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="kafka-access") as thread:
        return thread.submit(lambda: asyncio.run(_ask_all(settings))).result()


async def _ask_all(settings: Settings) -> tuple[BrokerError | None, bool]:
    """A problem unless a server accepts this client, a refusal before others; and whether a server closed the connection."""
    asked = [asyncio.create_task(_ask(settings, server.strip())) for server in settings.require_kafka().split(",")]
    problems: list[BrokerError] = []
    closes = False
    try:
        # All at once: a broker that hangs must not delay the answer of the others.
        for answer in asyncio.as_completed(asked):
            try:
                await answer
            except _NotAccepted as error:
                closes = closes or error.closes
                problems.append(error.problem)
            else:
                return None, False
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    return min(problems, key=lambda problem: not isinstance(problem, Refused)), closes


class _NotAccepted(Exception):
    def __init__(self, problem: BrokerError, *, closes: bool = False) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.closes = closes


async def _ask(settings: Settings, server: str) -> None:
    """Connects and asks for metadata. Raises _NotAccepted."""
    host, _, port = server.rpartition(":")
    # IPv6 addresses are written as [::1]:9092.
    host = host.strip("[]")
    gone = BrokerError(
        f"no Kafka broker accepts connections at {settings.kafka}", unreachable_cure(settings.require_kafka())
    )
    try:
        # First without a protocol: what fails after this is no matter of the network.
        await asyncio.to_thread(_open, host, int(port))
    except OSError as error:
        raise _NotAccepted(gone) from error
    try:
        await _greet(settings, host, int(port))
    except TokenUnavailable as error:
        raise _NotAccepted(Refused(str(error), "Check the settings KOMEK_KAFKA_TOKEN_….")) from error
    except (TimeoutError, RequestTimedOutError) as error:
        raise _NotAccepted(gone) from error
    except (OSError, KafkaError) as error:
        refused = _refused(settings, server, error)
        raise _NotAccepted(refused or _closing(settings, server), closes=refused is None) from error


def _open(host: str, port: int) -> None:
    with contextlib.closing(socket.create_connection((host, port), timeout=1.0)):
        pass


async def _greet(settings: Settings, host: str, port: int) -> None:
    connection = await create_conn(
        host,
        port,
        client_id="komek-access",
        request_timeout_ms=timeouts.REQUEST_MS,
        **security.of_aiokafka(settings),
    )
    try:
        # Over PLAINTEXT and SSL nothing is asked before the first request.
        answer = await connection.send(MetadataRequest([]))
        # aiokafka takes the challenge that follows a refused token for success, and the refusal itself for an empty answer.
        if not answer.brokers and settings.kafka_mechanism == OAUTHBEARER:
            raise SaslAuthenticationFailed
    finally:
        connection.close()


def _refused(settings: Settings, server: str, error: Exception) -> Refused | None:
    """The table of refusals: what it means, and what to check. None: the broker only closed the connection."""
    match error:
        case SaslAuthenticationFailed() if settings.kafka_mechanism == OAUTHBEARER:
            return Refused(
                f"Kafka at {server} does not accept {identity(settings)}",
                "Check issuer, audience and scope of the token against the broker's configuration.",
            )
        case SaslAuthenticationFailed():
            return Refused(
                f"Kafka at {server} does not know {identity(settings)} with this password",
                f"Check KOMEK_KAFKA_USER and KOMEK_KAFKA_PASSWORD, and that the user exists for {settings.kafka_mechanism}.",
            )
        case UnsupportedSaslMechanismError():
            return Refused(
                f"Kafka at {server} does not offer the mechanism {settings.kafka_mechanism}",
                "Set KOMEK_KAFKA_MECHANISM to one that the broker's listener has.",
            )
        case ssl.SSLCertVerificationError():
            return Refused(
                f"the certificate of Kafka at {server} is not accepted: {error.verify_message.rstrip('.')}",
                "Check KOMEK_KAFKA_CA (the CA that signed the broker's certificate) and the host names in KOMEK_KAFKA.",
            )
    return None


def _closing(settings: Settings, server: str) -> BrokerError:
    """Most often another protocol. A broker that is ending does the same, so it is no `Refused`."""
    cure = f"Check that KOMEK_KAFKA_SECURITY={settings.kafka_security} is the protocol of this listener"
    if settings.kafka_security in (SSL, SASL_SSL) and settings.kafka_cert is None:
        cure += ", and whether it requires a client certificate (KOMEK_KAFKA_CERT)"
    return BrokerError(f"Kafka at {server} closes the connection of {identity(settings)}", f"{cure}.")
