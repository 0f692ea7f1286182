"""The addresses of a local stack: those of the settings, otherwise free ports of 127.0.0.1."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.local.errors import AlreadyInUse, LocalStackError
from streams.local.ports import LOOPBACK, PortClaims, free_ports, is_free
from streams.settings import Settings

USUAL_PORT = 8000
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - recognised, not listened on


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    kafka: str
    kafka_port: int | None
    """None: an external Kafka, which is not started."""
    controller_port: int
    admin_port: int
    """Of the administrator's listener in a secure stack."""
    redis: str
    redis_port: int | None
    """None: an external Redis, which is not started."""
    redis_tls_port: int
    """Of the process that ends TLS before Redis in a secure stack."""
    host: str
    port: int
    scheme: str = "http"
    """`https` when the API serves TLS."""

    @property
    def api(self) -> str:
        """The URL by which a browser on this machine reaches the API."""
        host = LOOPBACK if self.host in EVERYWHERE else self.host
        # An IPv6 address stands in brackets in a URL (RFC 3986, section 3.2.2).
        return f"{self.scheme}://[{host}]:{self.port}" if ":" in host else f"{self.scheme}://{host}:{self.port}"


def choose(settings: Settings, say: Callable[[str], None], claims: PortClaims, *, secure: bool = False) -> Addresses:
    """Chooses the addresses. `say` reports when the usual port is taken. `claims` gets the port of the API.

    Raises:
        AlreadyInUse: KOMEK_PORT is set and in use, or claimed by another stack that is starting.
        LocalStackError: the replication settings need more brokers than the one node of the local Kafka, or KOMEK_KAFKA names a
            Kafka, or KOMEK_TLS_CERT a certificate, that a secure stack could not have.
    """
    # Refused at once: topics with more replicas than nodes could never be created.
    if settings.kafka is None and max(settings.replication, settings.min_insync) > 1:
        raise LocalStackError(
            f"KOMEK_REPLICATION={settings.replication} and KOMEK_MIN_INSYNC={settings.min_insync}: "
            "the Kafka of the local stack has one node and one replica",
            "Unset both, or set KOMEK_KAFKA to a cluster with that many brokers.",
        )
    if secure and settings.kafka is not None:
        raise LocalStackError(
            f"KOMEK_KAFKA={settings.kafka}: a secure stack has a Kafka of its own, with users and certificates of its own",
            "Unset KOMEK_KAFKA, or leave --secure out and set KOMEK_KAFKA_SECURITY and what belongs to it.",
        )
    if secure and settings.tls_cert is not None:
        raise LocalStackError(
            f"KOMEK_TLS_CERT={settings.tls_cert}: the API of a secure stack shows a certificate of the stack's own CA",
            "Unset KOMEK_TLS_CERT and KOMEK_TLS_KEY, or leave --secure out.",
        )
    # All at once, so that they differ from each other.
    kafka_port, controller_port, admin_port, redis_port, redis_tls_port, spare_port = free_ports(6)
    own_redis = f"rediss://{LOOPBACK}:{redis_tls_port}/0" if secure else f"redis://{LOOPBACK}:{redis_port}/0"
    return Addresses(
        kafka=settings.kafka or f"{LOOPBACK}:{kafka_port}",
        kafka_port=None if settings.kafka else kafka_port,
        controller_port=controller_port,
        admin_port=admin_port,
        redis=settings.redis or own_redis,
        redis_port=None if settings.redis else redis_port,
        redis_tls_port=redis_tls_port,
        host=settings.host,
        port=_api_port(settings, spare_port, say, claims),
        scheme="https" if settings.tls_cert or secure else "http",
    )


def _api_port(settings: Settings, spare_port: int, say: Callable[[str], None], claims: PortClaims) -> int:
    wanted = USUAL_PORT if settings.port is None else settings.port
    if is_free(wanted, settings.host) and claims.take(wanted, settings.host):
        return wanted
    if settings.port is not None:
        raise AlreadyInUse(
            f"KOMEK_PORT={settings.port} is taken on {settings.host}",
            "Set KOMEK_PORT to another port, or unset it to use a free one.",
        )
    say(f"port {USUAL_PORT} is taken; using {spare_port} (KOMEK_PORT chooses another)")
    return spare_port
