"""Ports of 127.0.0.1: which are free, which answer."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"


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
        probe.bind((LOOPBACK, 0))
        yield probe.getsockname()[1]


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
