"""A crowd of live views in a process of its own, so that its work does not disturb what is measured beside it.

    python -m tests.benchmarks.listeners ADDRESS < TOKENS

One connection for each token on standard input; whoever loses it comes back after up to a second, with the id of the last event.
Twice a second a line of JSON (`Crowd`) tells how many there are.
"""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from random import Random

TELL_EVERY_S = 0.5
COMES_BACK_WITHIN_S = 1.0


@dataclass(slots=True)
class Crowd:
    connected: int = 0
    """Live views that are open now and have said `ready`."""
    returned: int = 0
    """How often one came back with the id of an event."""
    resets: int = 0
    refused: int = 0
    events: int = 0
    twice: int = 0
    """Events whose id a view had already seen."""


class _View:
    def __init__(self, crowd: Crowd, token: str, rng: Random) -> None:
        self._crowd = crowd
        self._token = token
        self._rng = rng
        self._last_id = ""
        self._seen: set[bytes] = set()

    async def watch(self, host: str, port: int) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError, ValueError):
                await self._connected(host, port)
            await asyncio.sleep(self._rng.uniform(0.05, COMES_BACK_WITHIN_S))

    async def _connected(self, host: str, port: int) -> None:
        reader, writer = await asyncio.open_connection(host, port)
        is_ready = False
        try:
            writer.write(self._request(host))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                self._crowd.refused += 1
                return
            while size := int(await reader.readline() or b"0", 16):
                for frame in (await reader.readexactly(size + 2)).split(b"\n\n"):
                    self._take(frame)
                if not is_ready:
                    is_ready = True
                    self._crowd.connected += 1
                    self._crowd.returned += bool(self._last_id)
        finally:
            self._crowd.connected -= is_ready
            writer.close()

    def _request(self, host: str) -> bytes:
        last = f"Last-Event-ID: {self._last_id}\r\n" if self._last_id else ""
        return (
            f"GET /v1/events HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {self._token}\r\n{last}\r\n"
        ).encode()

    def _take(self, frame: bytes) -> None:
        fields = dict(line.partition(b": ")[::2] for line in frame.strip().split(b"\n") if b": " in line)
        kind, identity = fields.get(b"event"), fields.get(b"id")
        if identity:
            self._last_id = identity.decode()
        if kind == b"reset":
            self._crowd.resets += 1
            self._last_id = ""
        elif kind not in (None, b"ready"):
            self._crowd.events += 1
            if identity is not None:
                self._crowd.twice += identity in self._seen
                self._seen.add(identity)


async def _run(address: str, tokens: Sequence[str]) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    crowd = Crowd()
    async with asyncio.TaskGroup() as group:
        for number, token in enumerate(tokens):
            group.create_task(_View(crowd, token, Random(number)).watch(host, int(port)))
        while True:
            print(json.dumps(asdict(crowd)), flush=True)
            await asyncio.sleep(TELL_EVERY_S)


class Watched:
    """The crowd as it was half a second ago at the most."""

    def __init__(self) -> None:
        self.now = Crowd()

    def follow(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.now = Crowd(**json.loads(line))


@contextmanager
def listeners(address: str, tokens: Sequence[str]) -> Iterator[Watched]:
    watched = Watched()
    command = [sys.executable, "-m", "tests.benchmarks.listeners", address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(tokens))
        process.stdin.close()
        following = threading.Thread(target=watched.follow, args=(iter(process.stdout),), daemon=True)
        following.start()
        try:
            yield watched
        finally:
            process.kill()
            following.join(5)


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], sys.stdin.read().split()))
