"""Ports of 127.0.0.1: which are free, which answer."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"
FOR_SERVERS = range(20_000, 32_768)
"""Below the ports that Linux gives to outgoing connections: a client that keeps trying to reach a server that is down could get
the server's own port for its end, be connected to itself, and keep the server from ever coming back."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(_family(host)) as probe:
        # As servers do, so that a port whose last connections are in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Different ports that were free a moment ago. Another program may take one before it is used."""
    with ExitStack() as held:
        return list(_hold(held, count))


def answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether something accepts connections there. Waits half a second at most."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _hold(held: ExitStack, count: int) -> Iterator[int]:
    for _ in range(count):
        # All are held until the last is known: otherwise the same port may be given twice.
        probe = held.enter_context(socket.socket())
        yield next(port for port in random.sample(FOR_SERVERS, len(FOR_SERVERS)) if _bound(probe, port))


def _bound(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind((LOOPBACK, port))
    except OSError:
        return False
    return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
