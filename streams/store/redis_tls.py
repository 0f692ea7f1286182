"""TLS of Redis connections: one context for all of a client.

redis-py makes a context for each connection: it reads the system's CAs every time (some 40 ms in which the event loop stands
still), and trusts them in addition to the CA that it was given.
"""

import ssl
from typing import Any

import redis.connection
import redis.sentinel
from redis.asyncio.connection import SSLConnection
from redis.asyncio.sentinel import SentinelManagedSSLConnection

from streams import client_tls, clock
from streams.store.redis_target import RedisTarget

NEW_AFTER_S = 60.0
"""The files are read again after this time, so that exchanged certificates are used without a restart."""


class SharedContext:
    """In place of redis-py's `RedisSSLContext`: `get` is all that it calls."""

    def __init__(self, target: RedisTarget) -> None:
        self._target = target
        self._made_s = float("-inf")
        self._context: ssl.SSLContext | None = None

    def get(self) -> ssl.SSLContext:
        """Raises BadPem: a file cannot be used."""
        now_s = clock.monotonic_s()
        if self._context is None or now_s - self._made_s > NEW_AFTER_S:
            own = self._target
            self._context = client_tls.client_context(ca=own.ca, cert=own.cert, key=own.key)
            self._made_s = now_s
        return self._context


class TlsConnection(SSLConnection):
    def __init__(self, *, tls: SharedContext, **given: Any) -> None:
        super().__init__(**given)
        self.ssl_context = tls  # type: ignore[assignment]


class TlsConnectionToMaster(SentinelManagedSSLConnection):
    def __init__(self, *, tls: SharedContext, **given: Any) -> None:
        super().__init__(**given)  # type: ignore[no-untyped-call]
        self.ssl_context = tls  # type: ignore[assignment]


class BlockingTlsConnection(redis.connection.SSLConnection):
    def __init__(self, *, tls: SharedContext, **given: Any) -> None:
        super().__init__(**given)
        self._tls = tls

    def _wrap_socket_with_ssl(self, sock: Any) -> Any:
        return self._tls.get().wrap_socket(sock, server_hostname=self.host)


class BlockingTlsConnectionToMaster(redis.sentinel.SentinelManagedSSLConnection):
    def __init__(self, *, tls: SharedContext, **given: Any) -> None:
        super().__init__(**given)  # type: ignore[no-untyped-call]
        self._tls = tls

    def _wrap_socket_with_ssl(self, sock: Any) -> Any:
        return self._tls.get().wrap_socket(sock, server_hostname=self.host)


def use(connection_class: type, client: Any, context: SharedContext | None) -> None:
    """Lets the client's pool make its connections of this class, with this context. Nothing without TLS."""
    if context is not None:
        client.connection_pool.connection_class = connection_class
        client.connection_pool.connection_kwargs["tls"] = context
