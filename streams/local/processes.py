"""The processes of a local stack: the two servers, and Komek's own commands."""

import os
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import redis

from streams import clock, settings, tokens
from streams.local import kafka_node, redis_server, tls_front
from streams.local.addresses import Addresses
from streams.local.certificates import Certificate
from streams.local.folder import Folder
from streams.local.kafka_node import Java, Node
from streams.local.node_security import NodeSecurity
from streams.local.ports import answers
from streams.local.process import Part
from streams.local.redis_server import RedisServer
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import target_of_url
from streams.tls import client_context
from streams.tokens import Role

KAFKA, REDIS, TOPICS, WORKERS, API, CLIENTS = range(6)
"""Ranks. Processes end in reverse order, Kafka last."""

COMMAND = (sys.executable, "-m", "streams.cli.main")
PASSED_TO_SERVERS = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
"""Environment variables passed to Kafka and Redis, which must not get secrets."""


def kafka(java: Java, folder: Folder, addresses: Addresses, security: NodeSecurity | None = None) -> Part:
    """The Kafka of the local stack. A new folder is formatted first, which takes about a second."""
    assert addresses.kafka_port is not None
    node = Node(
        node_id=1,
        broker_port=addresses.kafka_port,
        controller_port=addresses.controller_port,
        folder=folder.kafka,
        security=security,
    )
    return kafka_part(java, node, [node])


def kafka_part(java: Java, node: Node, peers: list[Node], name: str = "kafka") -> Part:
    """One node of a cluster of `peers`. A new folder is formatted first."""
    if not kafka_node.is_formatted(node):
        kafka_node.format_storage(java, node, peers)
    # On every start, because ports are chosen anew.
    kafka_node.write_properties(node, peers)
    return Part(
        name=name,
        command=kafka_node.command(java, node),
        rank=KAFKA,
        environ=_server_environ(),
        # The broker opens its port when it is ready; the admin API answers 20 ms later.
        is_ready=partial(answers, node.broker_port),
    )


def redis_part(server: RedisServer, folder: Folder, port: int, users: Path | None = None) -> Part:
    """`users`: the file of its users; None: whoever connects may do everything."""
    return Part(
        name="redis",
        command=redis_server.command(server, port=port, folder=folder.redis, users=users),
        rank=REDIS,
        environ=_server_environ(),
        is_ready=partial(_redis_serves, port),
    )


def redis_tls(addresses: Addresses, certificate: Certificate) -> Part:
    """Ends TLS for the Redis of a secure stack."""
    assert addresses.redis_port is not None
    return Part(
        name="redis-tls",
        command=tls_front.command(
            port=addresses.redis_tls_port,
            to_port=addresses.redis_port,
            cert=certificate.certificate,
            key=certificate.key,
        ),
        rank=REDIS,
        environ=_server_environ(),
        is_ready=partial(answers, addresses.redis_tls_port),
    )


def topics(environ: Mapping[str, str]) -> Part:
    return Part(name="topics", command=[*COMMAND, "topics", "apply"], rank=TOPICS, environ=environ, runs_once=True)


def workers(environ: Mapping[str, str], count: int) -> list[Part]:
    return [
        Part(name=f"worker-{number}", command=[*COMMAND, "worker"], rank=WORKERS, environ=environ)
        for number in range(1, count + 1)
    ]


def notifier(environ: Mapping[str, str]) -> Part:
    return Part(name="notifier", command=[*COMMAND, "notifier"], rank=WORKERS, environ=environ)


def assistant(environ: Mapping[str, str]) -> Part:
    return Part(name="assistant", command=[*COMMAND, "assistant"], rank=WORKERS, environ=environ)


def api(environ: Mapping[str, str], url: str) -> Part:
    keys = environ.get("KOMEK_JWT_KEYS")
    is_ready = partial(_is_ours_and_ready, url, Path(keys) if keys else None, client_context(settings.load(environ)))
    return Part(name="api", command=[*COMMAND, "api"], rank=API, environ=environ, is_ready=is_ready)


def follower(environ: Mapping[str, str]) -> Part:
    """A client of the API, as the demo."""
    return Part(name="follower", command=[*COMMAND, "cap", "follow"], rank=CLIENTS, environ=environ)


def demo(environ: Mapping[str, str]) -> Part:
    return Part(name="demo", command=[*COMMAND, "simulate", "--demo"], rank=CLIENTS, environ=environ)


def _server_environ() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_TO_SERVERS if name in os.environ}


def _redis_serves(port: int) -> bool:
    # PING, not only an open port: Redis accepts connections and replies LOADING while it loads its data.
    try:
        with blocking_client(target_of_url(f"redis://127.0.0.1:{port}"), timeout_s=0.5) as client:
            return bool(client.ping())
    except redis.AuthenticationError:
        return True  # it has users, and none was named
    except redis.RedisError:
        return False


def _is_ours_and_ready(url: str, keys: Path | None, trust: ssl.SSLContext) -> bool:
    """Whether the API of this stack is ready. Another Komek may have taken the port meanwhile; it refuses the tokens of this
    stack."""
    token = _own_token(keys)
    return _answers_ok(f"{url}/readyz", trust) and (token is None or _answers_ok(f"{url}/v1/status", trust, token))


def _own_token(keys: Path | None) -> str | None:
    """A token of this stack; None when the keys are public keys of another issuer."""
    try:
        return (
            tokens.load_keys(keys).issue(Role.MONITOR, "up", now_s=clock.now_ms() // 1000, ttl_s=60) if keys else None
        )
    except tokens.BadKeys:
        return None


def _answers_ok(url: str, trust: ssl.SSLContext, token: str | None = None) -> bool:
    # Bypass the proxies of the environment: they cannot reach this machine's loopback.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    direct.addheaders = [("Authorization", f"Bearer {token}")] if token else []
    try:
        with direct.open(url, timeout=1.0) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False
