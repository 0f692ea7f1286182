"""Ports of 127.0.0.1: find free ones, probe open ones."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"
FOR_SERVERS = range(20_000, 32_768)
"""Below Linux' range of ephemeral ports. A client that retries a connection to a stopped server could otherwise get the server's
port as its local port, connect to itself, and prevent the server from binding the port again."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server can bind the port now."""
    with socket.socket(_family(host)) as probe:
        # SO_REUSEADDR as servers set it, so that a port with connections in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Distinct ports that are free at the moment. Another program may take one before it is used."""
    with ExitStack() as held:
        return list(_hold(held, count))


def answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether the port accepts connections. Waits at most half a second."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _hold(held: ExitStack, count: int) -> Iterator[int]:
    for _ in range(count):
        # Keep all sockets open until the last port is known, or the same port may be returned twice.
        probe = held.enter_context(socket.socket())
        # In random order, so that two stacks that start at the same time rarely choose the same port.
        yield next(port for port in random.sample(FOR_SERVERS, len(FOR_SERVERS)) if _bound(probe, port))


def _bound(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind((LOOPBACK, port))
    except OSError:
        return False
    return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
