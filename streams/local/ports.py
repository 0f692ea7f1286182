"""Ports of 127.0.0.1: find free ones, claim one, probe open ones."""

import fcntl
import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

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


class PortClaims:
    """Ports that this process will use, until `release` or its end.

    A server binds its port long after it was chosen. Claims keep other stacks of the same user from choosing it in between.
    """

    def __init__(self, folder: Path) -> None:
        """`folder`: the same for every stack of the user."""
        self._folder = folder
        self._files: list[IO[bytes]] = []

    def take(self, port: int, host: str = LOOPBACK) -> bool:
        """False when another stack has claimed it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / f"port-{port}-{host}.lock").open("ab")
        except OSError:
            return True  # nobody can claim here: who binds first has the port
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._files.append(file)
        return True

    def release(self) -> None:
        for file in self._files:
            file.close()  # which releases the flock
        self._files.clear()


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
